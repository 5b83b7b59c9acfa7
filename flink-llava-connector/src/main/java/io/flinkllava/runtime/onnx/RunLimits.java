package io.flinkllava.runtime.onnx;

/** What one run of a graph takes at most, so that its memory stays bounded. */
final class RunLimits {

    /** Tiles of pictures: more would take more memory for attention and gain nothing. */
    static final int TILES = 8;

    /** Tokens of a prompt: attention takes memory for each of them times all before. */
    static final int TOKENS = 1024;

    private RunLimits() {}
}

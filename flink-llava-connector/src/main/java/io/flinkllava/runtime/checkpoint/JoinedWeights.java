package io.flinkllava.runtime.checkpoint;

import java.nio.ByteBuffer;

/**
 * A checkpoint whose vision tower lies in a folder of its own.
 *
 * @param tower asked for what begins with {@code vision_tower.}
 */
record JoinedWeights(Weights checkpoint, Weights tower) implements Weights {

    @Override
    public WeightTensor get(String name) {
        return of(name).get(name);
    }

    @Override
    public boolean contains(String name) {
        return of(name).contains(name);
    }

    @Override
    public boolean canMap(WeightTensor tensor) {
        return of(tensor.name()).canMap(tensor);
    }

    @Override
    public ByteBuffer map(WeightTensor tensor) {
        return of(tensor.name()).map(tensor);
    }

    private Weights of(String name) {
        return name.startsWith("vision_tower.") ? tower : checkpoint;
    }
}

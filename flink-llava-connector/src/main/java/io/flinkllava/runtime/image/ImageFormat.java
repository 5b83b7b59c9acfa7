package io.flinkllava.runtime.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** The formats that are let in, told by their first bytes and never by a name. */
enum ImageFormat {
    PNG("\u0089PNG\r\n\u001a\n"),
    JPEG("\u00ff\u00d8\u00ff"),
    GIF("GIF8[79]a"),
    BMP("BM"),
    TIFF("II\\*\0|MM\0\\*"),
    WEBP("RIFF....WEBP");

    private static final int MAGIC_BYTES = 12;

    private final Pattern magic;

    ImageFormat(String magic) {
        this.magic = Pattern.compile(magic, Pattern.DOTALL);
    }

    static Optional<ImageFormat> of(byte[] encoded) {
        int length = Math.min(encoded.length, MAGIC_BYTES);
        String start = new String(encoded, 0, length, StandardCharsets.ISO_8859_1);
        return Arrays.stream(values())
                .filter(format -> format.magic.matcher(start).lookingAt())
                .findFirst();
    }
}

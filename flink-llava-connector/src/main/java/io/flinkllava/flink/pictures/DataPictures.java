package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaException;

import java.util.Base64;

/** Pictures inside their own reference: {@code data:image/png;base64,...} (RFC 2397). */
final class DataPictures implements PicturePlace {

    private static final String BASE64 = ";base64";

    private final LimitedBytes limit;

    DataPictures(int maxBytes) {
        this.limit = new LimitedBytes(maxBytes);
    }

    @Override
    public byte[] read(Reading reading) {
        String uri = reading.uri();
        int comma = uri.indexOf(',');
        if (comma < 0 || !uri.substring(0, comma).endsWith(BASE64)) {
            throw LlavaException.input(
                    ShownUri.of(uri) + " is not read: write data:image/png;base64,...");
        }
        String encoded = uri.substring(comma + 1);
        limit.check(encoded.length() / 4L * 3 - 2, uri);
        byte[] picture;
        try {
            picture = Base64.getDecoder().decode(encoded);
        } catch (IllegalArgumentException e) {
            // The cause is left out: it quotes the data.
            throw LlavaException.input(ShownUri.of(uri) + " is no base64.");
        }
        limit.check(picture.length, uri);
        return picture;
    }
}

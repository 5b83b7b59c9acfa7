package io.flinkllava.runtime.image;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.RequestLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Pictures that lie, end early or are none: the answer is a picture or one clear error. The limit
 * is for what would never end.
 */
@Timeout(300)
class HostilePicturesTest {

    private static final int ROUNDS = 12;

    private final ImageDecoder decoder = new ImageDecoder(RequestLimits.DEFAULT);

    static List<String> allPictures() {
        return TestPictures.all();
    }

    @Test
    void refusesAnEmptyArray() {
        assertThat(failure(new byte[0])).contains("empty");
    }

    @Test
    void refusesText() {
        assertThat(failure("no picture, whatever the name says".getBytes(StandardCharsets.UTF_8)))
                .contains("34 bytes are no picture")
                .doesNotContain("whatever");
    }

    @Test
    void refusesMoreBytesThanTheLimit() {
        ImageDecoder strict = new ImageDecoder(new RequestLimits(100, 1000, 100, 1, 1, 1));

        assertThatThrownBy(() -> strict.decode(new byte[101]))
                .hasMessageContaining("101 bytes")
                .hasMessageContaining("100 (max-image-bytes)");
    }

    @Test
    void refusesMorePixelsThanTheLimit() {
        ImageDecoder strict = new ImageDecoder(new RequestLimits(100_000, 1000, 100, 1, 1, 1));

        assertThatThrownBy(() -> strict.decode(TestPictures.bytes("images-extra/icc.png")))
                .hasMessageContaining("PNG picture has 61 x 47 pixels")
                .hasMessageContaining("1000 in all (max-image-pixels)");
    }

    @Test
    void refusesAPngThatClaimsBillionsOfPixels() {
        byte[] png = TestPictures.bytes("images-extra/icc.png");
        ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 60_000);

        assertThat(failure(png)).contains("60000 x 60000").contains("(max-image-side)");
    }

    @Test
    void refusesATinyGifThatClaimsAHugeScreen() {
        byte[] gif = {
            'G', 'I', 'F', '8', '9', 'a', -1, -1, -1, 0x1f, 0, 0, 0, 0x2c, 0, 0, 0, 0, -1, -1, -1,
            0x1f, 0, 2, 2, 0x44, 1, 0, 0x3b
        };

        assertThat(failure(gif)).contains("65535 x 8191").contains("(max-image-side)");
    }

    @Test
    void refusesALossyWebpThatWouldTakeAGigabyte() {
        byte[] webp = TestPictures.bytes("images-extra/lossy.webp");
        ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).putShort(26, (short) 7000);
        ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).putShort(28, (short) 7000);

        assertThat(failure(webp)).contains("lossy WEBP").contains("7000 x 7000");
    }

    @Test
    void saysWhatIsWrongWithAFileThatEndsEarly() {
        byte[] png = TestPictures.bytes("images-extra/icc.png");

        assertThat(failure(Arrays.copyOf(png, 1000)))
                .contains("PNG picture of 1000 bytes cannot be read")
                .contains("ends in the middle of a chunk");
    }

    @Test
    void refusesAJpegOfEndlesslyManyScans() {
        byte[] jpeg = TestPictures.bytes("images-extra/progressive.jpg");
        ByteBuffer many = ByteBuffer.allocate(jpeg.length + 4000).put(jpeg);
        while (many.hasRemaining()) {
            many.putShort((short) 0xffda);
        }

        assertThat(failure(many.array())).contains("scans");
    }

    @Test
    void refusesAJpegThatHidesBehindTables() {
        byte[] jpeg = TestPictures.bytes("images-extra/420.jpg");
        byte[] tables = {-1, (byte) 0xd8, -1, (byte) 0xd9};

        assertThat(failure(concat(tables, jpeg))).contains("no frame header");
    }

    @Test
    void seesTheFrameOfAJpegThatItsDecoderWillSee() throws IOException {
        byte[] stuffed = {-1, (byte) 0xd8, -1, 0, 0, 19};
        byte[] frame = {-1, (byte) 0xc0, 0, 11, 8, 0, 50, 0, 60, 1, 1, 0x11, 0};
        byte[] comment = {-1, (byte) 0xfe, 0, 17};
        byte[] frameInComment = {-1, (byte) 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0};
        byte[] scan = {-1, (byte) 0xda, 0, 8};

        PictureHeader header =
                new JpegReader().header(concat(stuffed, frame, comment, frameInComment, scan));

        assertThat(header.width()).isEqualTo(60);
    }

    @ParameterizedTest
    @CsvSource({"4, images-extra/420.jpg", "5, images-extra/icc.png"})
    void refusesABmpThatHoldsAnotherPicture(int compression, String name) {
        byte[] picture = TestPictures.bytes(name);
        ByteBuffer bmp = ByteBuffer.allocate(54 + picture.length).order(ByteOrder.LITTLE_ENDIAN);
        bmp.put((byte) 'B').put((byte) 'M').putInt(bmp.capacity()).putInt(0).putInt(54);
        bmp.putInt(40).putInt(1).putInt(1).putShort((short) 1).putShort((short) 0);
        bmp.putInt(compression).putInt(picture.length).position(54).put(picture);

        assertThat(failure(bmp.array())).contains("holds a whole JPEG or PNG");
    }

    @Test
    void refusesATiffWhoseJpegIsLargerThanItself() {
        byte[] tiff = TestPictures.bytes("images-extra/jpeg.tif");
        int frame = indexOf(tiff, new byte[] {-1, (byte) 0xc0, 0, 17, 8});
        ByteBuffer.wrap(tiff)
                .putShort(frame + 5, (short) 65_000)
                .putShort(frame + 7, (short) 65_000);

        assertThat(failure(tiff)).contains("JPEG of 65000 x 65000").contains("61 x 47");
    }

    @Test
    void refusesATiffWithTilesBeyondItsSize() {
        byte[] tiff = TestPictures.bytes("images-extra/lzw.tif");
        int samples = indexOf(tiff, new byte[] {0x15, 1, 3, 0, 1, 0, 0, 0});
        ByteBuffer.wrap(tiff)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(samples, (short) 322)
                .putShort(samples + 2, (short) 4)
                .putInt(samples + 8, Integer.MAX_VALUE);

        assertThat(failure(tiff)).contains("tiles are larger than itself");
    }

    @Test
    void refusesFramesWithinFramesOfAWebp() {
        int depth = 200_000;
        ByteBuffer webp = ByteBuffer.allocate(12 + 24 * depth).order(ByteOrder.LITTLE_ENDIAN);
        webp.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(webp.capacity() - 8);
        webp.put("WEBP".getBytes(StandardCharsets.US_ASCII));
        while (webp.hasRemaining()) {
            webp.put("ANMF".getBytes(StandardCharsets.US_ASCII));
            webp.putInt(webp.remaining() - 4).position(webp.position() + 16);
        }

        assertThat(failure(webp.array())).contains("no image data");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "images-extra/420.jpg",
                "images-extra/progressive.jpg",
                "images-extra/icc.png",
                "images-extra/interlaced.png",
                "images-extra/palette4.png",
                "images-extra/animated.webp",
                "images-extra/lossy.webp",
                "images-extra/lossless.webp",
                "images-extra/rgb.bmp",
                "images-extra/lzw.tif",
                "images-extra/deflate.tif",
                "images-extra/palette_transparent.gif"
            })
    void nothingIsMadeUpWhereAFileEndsEarly(String name) {
        byte[] whole = TestPictures.bytes(name);
        byte[] expected = decoder.decode(whole).rgb();
        for (int length = 1; length < whole.length; length += 1 + whole.length / 200) {
            Optional<RgbImage> image = decode(Arrays.copyOf(whole, length));
            if (image.isPresent()) {
                assertThat(image.get().rgb())
                        .as("the first %s of %s bytes", length, whole.length)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("allPictures")
    void damageGivesAPictureOrAnError(String name) {
        byte[] whole = TestPictures.bytes(name);
        Random random = new Random(name.hashCode());
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = damage(whole, random);

            Optional<RgbImage> image = decode(damaged);

            image.ifPresent(rgb -> assertThat(rgb.width()).isPositive());
        }
    }

    // Most of the damage goes to the first bytes: there the numbers are that ask for memory.
    private static byte[] damage(byte[] whole, Random random) {
        byte[] damaged = Arrays.copyOf(whole, whole.length);
        int flips = 1 + random.nextInt(6);
        for (int i = 0; i < flips; i++) {
            int reach = random.nextInt(4) > 0 ? Math.min(whole.length, 120) : whole.length;
            damaged[random.nextInt(reach)] ^= (byte) (1 << random.nextInt(8));
        }
        return random.nextInt(4) > 0
                ? damaged
                : Arrays.copyOf(damaged, 1 + random.nextInt(whole.length));
    }

    /** A picture, or nothing where the decoder found the input at fault; all else is a failure. */
    private Optional<RgbImage> decode(byte[] encoded) {
        try {
            return Optional.of(decoder.decode(encoded));
        } catch (LlavaException e) {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(LlavaErrorCode.INPUT);
            return Optional.empty();
        }
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(Stream.of(parts).mapToInt(part -> part.length).sum());
        Stream.of(parts).forEach(all::put);
        return all.array();
    }

    private static int indexOf(byte[] all, byte[] part) {
        return IntStream.rangeClosed(0, all.length - part.length)
                .filter(i -> Arrays.equals(all, i, i + part.length, part, 0, part.length))
                .findFirst()
                .orElseThrow();
    }

    private String failure(byte[] encoded) {
        LlavaException[] failure = new LlavaException[1];
        assertThatThrownBy(() -> decoder.decode(encoded))
                .isInstanceOfSatisfying(LlavaException.class, e -> failure[0] = e);
        assertThat(failure[0].code()).isEqualTo(LlavaErrorCode.INPUT);
        return failure[0].getMessage();
    }
}

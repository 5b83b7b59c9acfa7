package io.flinkllava.runtime.image;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

class ExifTest {

    private static final LocalDateTime ORIGINAL = LocalDateTime.of(2026, 2, 28, 23, 59, 58);

    /** Orientation 6, DateTime and, in a directory of its own, DateTimeOriginal. */
    static byte[] block(ByteOrder order, String dateTime, String original) {
        ByteBuffer block = ByteBuffer.allocate(100).order(order);
        block.put((order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM").getBytes(US_ASCII));
        block.putShort((short) 42).putInt(8).putShort((short) 3);
        block.putShort((short) 0x0112).putShort((short) 3).putInt(1);
        block.putShort((short) 6).putShort((short) 0);
        block.putShort((short) 0x0132).putShort((short) 2).putInt(20).putInt(50);
        block.putShort((short) 0x8769).putShort((short) 4).putInt(1).putInt(70);
        block.position(50).put(dateTime.getBytes(US_ASCII));
        block.position(70).putShort((short) 1);
        block.putShort((short) 0x9003).putShort((short) 2).putInt(20).putInt(84);
        return concat(Arrays.copyOf(block.array(), 84), (original + "\0").getBytes(US_ASCII));
    }

    private static byte[] concat(byte[] head, byte[] tail) {
        byte[] all = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, all, head.length, tail.length);
        return all;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readsBothByteOrders(boolean little) {
        ByteOrder order = little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        byte[] block = block(order, "2025:01:02 03:04:05", "2026:02:28 23:59:58");

        assertThat(Exif.read(ByteBuffer.wrap(block)))
                .isEqualTo(new Exif(Orientation.QUARTER_TURN_RIGHT, Optional.of(ORIGINAL)));
    }

    @ParameterizedTest
    @CsvSource({
        "2025:01:02 03:04:05, 2025-01-02T03:04:05",
        "2025:02:30 03:04:05,",
        "0000:00:00 00:00:00,",
        "'                   ',"
    })
    void takesTheOtherTimeWhereTheFirstIsNone(String dateTime, LocalDateTime expected) {
        byte[] block = block(ByteOrder.BIG_ENDIAN, dateTime, "    :  :     :  :  ");

        assertThat(Exif.read(ByteBuffer.wrap(block)).takenAt())
                .isEqualTo(Optional.ofNullable(expected));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 9, 10, 20, 22, 40, 60, 71, 80, 103})
    void takesWhatIsThereOfABrokenBlock(int length) {
        byte[] block =
                Arrays.copyOf(
                        block(ByteOrder.BIG_ENDIAN, "2025:01:02 03:04:05", "2026:02:28 23:59:58"),
                        length);

        assertThat(Exif.read(ByteBuffer.wrap(block)).orientation())
                .isEqualTo(length < 20 ? Orientation.UPRIGHT : Orientation.QUARTER_TURN_RIGHT);
    }
}

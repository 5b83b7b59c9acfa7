package io.flinkllava.examples.kafka;

import io.flinkllava.examples.kafka.avro.Picture;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

import static org.assertj.core.api.Assertions.assertThat;

class CaptionTopicsJobTest {

    @Test
    void takesOfABufferWhatIsInItsBoundsAndLeavesItAsItIs() {
        ByteBuffer within = ByteBuffer.wrap(new byte[] {1, 2, 3, 4}, 1, 2).slice();
        Picture picture = Picture.newBuilder().setId("a").setContent(within).build();

        assertThat(CaptionTopicsJob.bytes(picture)).containsExactly(2, 3);
        assertThat(CaptionTopicsJob.bytes(picture)).containsExactly(2, 3);
    }
}

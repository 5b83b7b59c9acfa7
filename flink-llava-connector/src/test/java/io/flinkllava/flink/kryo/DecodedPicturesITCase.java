package io.flinkllava.flink.kryo;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;

import ai.djl.modality.cv.BufferedImageFactory;
import ai.djl.modality.cv.Image;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.awt.image.BufferedImage;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Decoded pictures cross the network between two tasks, configured as the docs say. */
class DecodedPicturesITCase {

    @RegisterExtension static final MiniClusterExtension CLUSTER = cluster();

    private static MiniClusterExtension cluster() {
        Configuration configuration = new Configuration();
        configuration.setString("jobmanager.bind-host", "127.0.0.1");
        return new MiniClusterExtension(
                new MiniClusterResourceConfiguration.Builder()
                        .setConfiguration(configuration)
                        .setNumberTaskManagers(1)
                        .setNumberSlotsPerTaskManager(2)
                        .build());
    }

    @Test
    void travelBetweenTasks() throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString(
                "pipeline.serialization-config",
                "[java.awt.image.BufferedImage: {type: kryo, kryo-type: default, class: "
                        + "io.flinkllava.flink.kryo.BufferedImageSerializer},"
                        + " ai.djl.modality.cv.Image: {type: kryo, kryo-type: default, class: "
                        + "io.flinkllava.flink.kryo.DjlImageSerializer}]");
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);

        var sums =
                env.fromSequence(1, 6)
                        .map(type -> ImageSerializersTest.random(30, 20, type.intValue()))
                        .returns(TypeInformation.of(BufferedImage.class))
                        .rebalance()
                        .map(image -> new BufferedImageFactory().fromImage(image))
                        .returns(TypeInformation.of(Image.class))
                        .rebalance()
                        .map(image -> sum((BufferedImage) image.getWrappedImage()))
                        .returns(Types.LONG)
                        .executeAndCollect(10);

        assertThat(sums)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 6)
                                .mapToObj(type -> sum(ImageSerializersTest.random(30, 20, type)))
                                .toList());
    }

    /** Tells pictures apart, and notices a pixel that moved. */
    private static long sum(BufferedImage image) {
        long sum = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                sum = 31 * sum + image.getRGB(x, y);
            }
        }
        return sum;
    }
}

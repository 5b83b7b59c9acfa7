package io.flinkllava.flink.types;

import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;

import io.flinkllava.flink.avro.AnswerRecord;
import io.flinkllava.flink.avro.DeadLetterRecord;
import io.flinkllava.flink.avro.RequestRecord;
import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.Sampling;
import io.flinkllava.runtime.TokenRules;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class LlavaRequestSerializerTest {

    /** Every setting differs from its default. */
    static final LlavaRequest FULL =
            new LlavaRequest(
                    List.of(new byte[] {1, 2}, new byte[] {}),
                    List.of(new byte[] {3}),
                    List.of(
                            new Message(Message.Role.SYSTEM, "Sei knapp."),
                            Message.user("<image> Was ist das? \u732b"),
                            new Message(Message.Role.ASSISTANT, "Eine Katze"),
                            Message.user("Und?")),
                    new GenerationParameters(
                            50,
                            2,
                            new Sampling(0.7, 40, 0.9, 0.05, -7),
                            new TokenRules(1.1, 3, List.of("bad"), List.of("\n", "END")),
                            new AnswerConstraint.Choice(List.of("yes", "no")),
                            4,
                            true),
                    Duration.ofMillis(1500));

    private static Stream<LlavaRequest> requests() {
        LlavaRequest plain = LlavaRequest.ask(new byte[] {9}, "What is it?");
        return Stream.of(
                FULL,
                plain,
                constrained(plain, new AnswerConstraint.Pattern("[0-9]+")),
                constrained(plain, new AnswerConstraint.Json("{}")));
    }

    private static LlavaRequest constrained(LlavaRequest request, AnswerConstraint constraint) {
        return request.withGeneration(request.generation().withConstraint(constraint));
    }

    private static TypeSerializer<LlavaRequest> serializer() {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);
        return LlavaRequestTypeInfo.INSTANCE.createSerializer(config);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void nothingIsLost(LlavaRequest request) throws IOException {
        DataOutputSerializer written = new DataOutputSerializer(64);
        serializer().serialize(request, written);
        DataOutputSerializer copied = new DataOutputSerializer(64);
        serializer().duplicate().copy(new DataInputDeserializer(written.getCopyOfBuffer()), copied);

        LlavaRequest read =
                serializer().deserialize(new DataInputDeserializer(copied.getCopyOfBuffer()));

        assertThat(read).usingRecursiveComparison().isEqualTo(request);
    }

    @Test
    void aShortTimeLimitStaysOne() throws IOException {
        DataOutputSerializer written = new DataOutputSerializer(64);
        serializer().serialize(FULL.withTimeLimit(Duration.ofNanos(1)), written);
        assertThat(
                        serializer()
                                .deserialize(new DataInputDeserializer(written.getCopyOfBuffer()))
                                .timeLimit())
                .isEqualTo(Duration.ofMillis(1));
    }

    @ParameterizedTest
    @ValueSource(classes = {RequestRecord.class, AnswerRecord.class, DeadLetterRecord.class})
    void flinkFindsTheTypeOfAvroRecords(Class<? extends SpecificRecord> record) {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);
        assertThat(TypeInformation.of(record))
                .isInstanceOfSatisfying(
                        AvroTypeInfo.class,
                        type -> assertThat(type.createSerializer(config)).isNotNull());
    }
}

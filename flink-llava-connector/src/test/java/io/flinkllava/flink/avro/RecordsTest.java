package io.flinkllava.flink.avro;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RecordsTest {

    private static byte[] noReferences(String uri) {
        throw new AssertionError("nobody asked for " + uri);
    }

    @Test
    void answersComeBackAsTheyWere() throws IOException {
        LlavaAnswer answer =
                new LlavaAnswer.Text(
                        "Eine Katze \u732b",
                        List.of(1, 32_000, 2),
                        593,
                        LlavaAnswer.FinishReason.LENGTH,
                        LlavaAnswer.Text.NOT_ASKED,
                        List.of(new LlavaAnswer.Choice("yes", 0.75)),
                        List.of(
                                new LlavaAnswer.Candidate(
                                        "Ein Kater",
                                        List.of(3),
                                        LlavaAnswer.FinishReason.STOP,
                                        -0.5)),
                        new LlavaAnswer.Timing(1, 2, 3, Long.MAX_VALUE));

        AnswerRecord record =
                AnswerRecord.fromByteBuffer(
                        AnswerRecords.toRecord(answer, "tiny", "0123").toByteBuffer());

        assertThat(AnswerRecords.toAnswer(record)).isEqualTo(answer);
        assertThat(record.getModel()).isEqualTo("tiny");
        assertThat(record.getModelFingerprint()).isEqualTo("0123");
    }

    @ParameterizedTest
    @EnumSource
    void everyFailureComesBack(LlavaErrorCode code) {
        LlavaAnswer failure = new LlavaAnswer.Failure(code, "why");
        assertThat(AnswerRecords.toAnswer(AnswerRecords.toRecord(failure, "", "")))
                .isEqualTo(failure);
    }

    @Test
    void aRequestNeedsNoMoreThanItsTurns() {
        RequestRecord record =
                RequestRecord.newBuilder()
                        .setImages(List.of(RequestRecords.reference("/a.png")))
                        .setTurns(List.of(new TurnRecord(RoleRecord.USER, "What is it?")))
                        .build();

        LlavaRequest request = RequestRecords.toRequest(record, uri -> uri.getBytes(UTF_8));

        assertThat(request)
                .usingRecursiveComparison()
                .isEqualTo(LlavaRequest.ask("/a.png".getBytes(UTF_8), "What is it?"));
    }

    @Test
    void aRecordThatMakesNoSenseIsAnInputError() {
        RequestRecord record =
                RequestRecords.toRecord(LlavaRequest.ask(new byte[] {1}, "What is it?"));
        record.getGeneration().setTopP(7);
        assertThatThrownBy(() -> RequestRecords.toRequest(record, RecordsTest::noReferences))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("top-p is 7");
        PictureRecord both = new PictureRecord("/a.png", ByteBuffer.allocate(1));
        PictureRecord neither = new PictureRecord(null, null);
        for (PictureRecord picture : List.of(both, neither)) {
            assertThatThrownBy(() -> RequestRecords.bytes(picture, RecordsTest::noReferences))
                    .isInstanceOf(LlavaException.class)
                    .hasMessageContaining("either");
        }
    }

    @Test
    void aPictureCanBeTakenTwice() {
        PictureRecord record = RequestRecords.picture(new byte[] {1, 2});
        for (int i = 0; i < 2; i++) {
            assertThat(RequestRecords.bytes(record, RecordsTest::noReferences))
                    .containsExactly(1, 2);
        }
    }

    @Test
    void aCodeOfALaterVersionIsReadAsInternal() throws IOException {
        Schema later =
                SchemaBuilder.record("FailureRecord")
                        .namespace("io.flinkllava.flink.avro")
                        .fields()
                        .name("code")
                        .type()
                        .enumeration("ErrorCodeRecord")
                        .symbols("INPUT", "FROM_THE_FUTURE")
                        .noDefault()
                        .requiredString("message")
                        .requiredInt("severity")
                        .endRecord();
        GenericRecord failure = new GenericData.Record(later);
        failure.put(
                "code",
                new GenericData.EnumSymbol(later.getField("code").schema(), "FROM_THE_FUTURE"));
        failure.put("message", "why");
        failure.put("severity", 3);

        FailureRecord read =
                new SpecificDatumReader<FailureRecord>(later, FailureRecord.getClassSchema())
                        .read(null, DecoderFactory.get().binaryDecoder(bytes(failure), null));

        assertThat(AnswerRecords.toFailure(read))
                .isEqualTo(new LlavaAnswer.Failure(LlavaErrorCode.INTERNAL, "why"));
    }

    @Test
    void everyEnumHasAValueForSymbolsOfLaterVersions() {
        assertThat(LlavaRecords.PROTOCOL.getTypes())
                .filteredOn(type -> type.getType() == Schema.Type.ENUM)
                .hasSize(4)
                .allSatisfy(
                        type -> assertThat(type.getEnumDefault()).as(type.getName()).isNotNull());
    }

    @Test
    void anEarlierReaderLeavesOutWhatItDoesNotKnow() throws IOException {
        Schema earlier =
                SchemaBuilder.record("DeadLetterRecord")
                        .namespace("io.flinkllava.flink.avro")
                        .fields()
                        .requiredString("model")
                        .endRecord();
        DeadLetterRecord letter =
                DeadLetterRecord.newBuilder()
                        .setFailure(new FailureRecord(ErrorCodeRecord.INPUT, "why"))
                        .setModel("tiny")
                        .build();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(output, null);
        new SpecificDatumWriter<>(DeadLetterRecord.class).write(letter, encoder);
        encoder.flush();

        GenericRecord read =
                new GenericDatumReader<GenericRecord>(letter.getSchema(), earlier)
                        .read(null, DecoderFactory.get().binaryDecoder(output.toByteArray(), null));

        assertThat(read.get("model")).hasToString("tiny");
    }

    private static byte[] bytes(GenericRecord record) throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(output, null);
        new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
        encoder.flush();
        return output.toByteArray();
    }
}

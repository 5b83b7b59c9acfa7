package io.flinkllava.flink.types;

import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;

import java.io.IOException;

/**
 * Writes one byte that names the kind of the answer, then the answer. Not thread-safe, as all
 * serializers of Flink.
 */
final class LlavaAnswerSerializer extends TypeSerializer<LlavaAnswer> {

    private static final long serialVersionUID = 1L;

    // The bytes are part of the format: never give one a new meaning.
    private static final byte TEXT = 0;
    private static final byte FAILURE = 1;

    private final TypeSerializer<LlavaAnswer.Text> texts;
    private final TypeSerializer<LlavaAnswer.Failure> failures;

    LlavaAnswerSerializer(
            TypeSerializer<LlavaAnswer.Text> texts, TypeSerializer<LlavaAnswer.Failure> failures) {
        this.texts = texts;
        this.failures = failures;
    }

    TypeSerializer<LlavaAnswer.Text> texts() {
        return texts;
    }

    TypeSerializer<LlavaAnswer.Failure> failures() {
        return failures;
    }

    @Override
    public void serialize(LlavaAnswer answer, DataOutputView target) throws IOException {
        if (answer instanceof LlavaAnswer.Text text) {
            target.writeByte(TEXT);
            texts.serialize(text, target);
        } else {
            target.writeByte(FAILURE);
            failures.serialize((LlavaAnswer.Failure) answer, target);
        }
    }

    @Override
    public LlavaAnswer deserialize(DataInputView source) throws IOException {
        byte kind = source.readByte();
        return switch (kind) {
            case TEXT -> texts.deserialize(source);
            case FAILURE -> failures.deserialize(source);
            default -> throw unknown(kind);
        };
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        byte kind = source.readByte();
        target.writeByte(kind);
        switch (kind) {
            case TEXT -> texts.copy(source, target);
            case FAILURE -> failures.copy(source, target);
            default -> throw unknown(kind);
        }
    }

    private static IOException unknown(byte kind) {
        return new IOException(
                "Unknown kind of answer: " + kind + ". It was written by a newer version.");
    }

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public TypeSerializer<LlavaAnswer> duplicate() {
        return new LlavaAnswerSerializer(texts.duplicate(), failures.duplicate());
    }

    @Override
    public LlavaAnswer createInstance() {
        return new LlavaAnswer.Failure(LlavaErrorCode.INTERNAL, "");
    }

    @Override
    public LlavaAnswer copy(LlavaAnswer from) {
        return from;
    }

    @Override
    public LlavaAnswer copy(LlavaAnswer from, LlavaAnswer reuse) {
        return from;
    }

    @Override
    public LlavaAnswer deserialize(LlavaAnswer reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LlavaAnswerSerializer that
                && texts.equals(that.texts)
                && failures.equals(that.failures);
    }

    @Override
    public int hashCode() {
        return 31 * texts.hashCode() + failures.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<LlavaAnswer> snapshotConfiguration() {
        return new LlavaAnswerSerializerSnapshot(this);
    }
}

package io.flinkllava.flink.avro;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;

/** Answers as Avro records, and back. Stateless. */
public final class AnswerRecords {

    private AnswerRecords() {}

    /**
     * An answer as a record.
     *
     * @param model the name of the model that answered; empty if it does not matter
     * @param fingerprint of the model; empty if it does not matter
     */
    public static AnswerRecord toRecord(LlavaAnswer answer, String model, String fingerprint) {
        Object outcome =
                answer instanceof LlavaAnswer.Text text
                        ? toRecord(text)
                        : toRecord((LlavaAnswer.Failure) answer);
        return new AnswerRecord(outcome, model, fingerprint);
    }

    /**
     * The answer that a record stands for.
     *
     * <p>A code or reason that only a later version knows was read as {@code INTERNAL} or {@code
     * STOP}, by the schema's defaults.
     *
     * @throws NullPointerException if the record was built by hand and a part of it is missing
     */
    public static LlavaAnswer toAnswer(AnswerRecord record) {
        return record.getOutcome() instanceof TextRecord text
                ? toText(text)
                : toFailure((FailureRecord) record.getOutcome());
    }

    /** A failure as a record. */
    public static FailureRecord toRecord(LlavaAnswer.Failure failure) {
        return new FailureRecord(ErrorCodeRecord.valueOf(failure.code().name()), failure.message());
    }

    /** The failure that a record stands for. */
    public static LlavaAnswer.Failure toFailure(FailureRecord record) {
        return new LlavaAnswer.Failure(
                LlavaErrorCode.valueOf(record.getCode().name()), record.getMessage());
    }

    private static TextRecord toRecord(LlavaAnswer.Text text) {
        LlavaAnswer.Timing timing = text.timing();
        return TextRecord.newBuilder()
                .setText(text.text())
                .setTokenIds(text.tokenIds())
                .setPromptTokens(text.promptTokens())
                .setFinishReason(toRecord(text.finishReason()))
                .setLogProbability(text.logProbability())
                .setChoices(
                        text.choices().stream()
                                .map(
                                        choice ->
                                                new ChoiceRecord(
                                                        choice.text(), choice.probability()))
                                .toList())
                .setOthers(text.others().stream().map(AnswerRecords::toRecord).toList())
                .setTiming(
                        new TimingRecord(
                                timing.preparing(),
                                timing.waiting(),
                                timing.prefilling(),
                                timing.decoding()))
                .build();
    }

    private static CandidateRecord toRecord(LlavaAnswer.Candidate candidate) {
        return new CandidateRecord(
                candidate.text(),
                candidate.tokenIds(),
                toRecord(candidate.finishReason()),
                candidate.logProbability());
    }

    private static FinishReasonRecord toRecord(LlavaAnswer.FinishReason reason) {
        return FinishReasonRecord.valueOf(reason.name());
    }

    private static LlavaAnswer.Text toText(TextRecord record) {
        TimingRecord timing = record.getTiming();
        return new LlavaAnswer.Text(
                record.getText(),
                record.getTokenIds(),
                record.getPromptTokens(),
                toReason(record.getFinishReason()),
                record.getLogProbability(),
                record.getChoices().stream()
                        .map(
                                choice ->
                                        new LlavaAnswer.Choice(
                                                choice.getText(), choice.getProbability()))
                        .toList(),
                record.getOthers().stream().map(AnswerRecords::toCandidate).toList(),
                new LlavaAnswer.Timing(
                        timing.getPreparing(),
                        timing.getWaiting(),
                        timing.getPrefilling(),
                        timing.getDecoding()));
    }

    private static LlavaAnswer.Candidate toCandidate(CandidateRecord record) {
        return new LlavaAnswer.Candidate(
                record.getText(),
                record.getTokenIds(),
                toReason(record.getFinishReason()),
                record.getLogProbability());
    }

    private static LlavaAnswer.FinishReason toReason(FinishReasonRecord record) {
        return LlavaAnswer.FinishReason.valueOf(record.name());
    }
}

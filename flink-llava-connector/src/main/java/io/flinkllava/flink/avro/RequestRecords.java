package io.flinkllava.flink.avro;

import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.Sampling;
import io.flinkllava.runtime.TokenRules;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Requests and their parts as Avro records, and back. Stateless. */
public final class RequestRecords {

    private RequestRecords() {}

    /** A request as a record that holds its pictures; the time limit is rounded up to 1 ms. */
    public static RequestRecord toRecord(LlavaRequest request) {
        return RequestRecord.newBuilder()
                .setImages(request.images().stream().map(RequestRecords::picture).toList())
                .setVideo(request.video().stream().map(RequestRecords::picture).toList())
                .setTurns(request.messages().stream().map(RequestRecords::toRecord).toList())
                .setGeneration(toRecord(request.generation()))
                .setTimeLimitMs(milliseconds(request.timeLimit()))
                .build();
    }

    /**
     * The request that a record stands for.
     *
     * @param pictures reads a picture that is given by reference, such as {@link
     *     io.flinkllava.flink.pictures.PictureReader#read}
     * @throws LlavaException with code INPUT if the record makes no sense, and whatever {@code
     *     pictures} throws
     */
    public static LlavaRequest toRequest(RequestRecord record, Function<String, byte[]> pictures) {
        List<byte[]> images =
                record.getImages().stream().map(picture -> bytes(picture, pictures)).toList();
        List<byte[]> video =
                record.getVideo().stream().map(picture -> bytes(picture, pictures)).toList();
        try {
            return new LlavaRequest(
                    images,
                    video,
                    record.getTurns().stream().map(RequestRecords::toMessage).toList(),
                    toGeneration(record.getGeneration()),
                    record.getTimeLimitMs() == null
                            ? LlavaRequest.NO_LIMIT
                            : Duration.ofMillis(record.getTimeLimitMs()));
        } catch (IllegalArgumentException e) {
            throw LlavaException.input("The request cannot be used: " + e.getMessage());
        }
    }

    /** A turn of a dialogue as a record. */
    public static TurnRecord toRecord(Message message) {
        return new TurnRecord(RoleRecord.valueOf(message.role().name()), message.content());
    }

    /** The turn of a dialogue that a record stands for. */
    public static Message toMessage(TurnRecord record) {
        return new Message(Message.Role.valueOf(record.getRole().name()), record.getContent());
    }

    /** A picture as a record that holds it; the bytes are not copied. */
    public static PictureRecord picture(byte[] encoded) {
        return PictureRecord.newBuilder().setContent(ByteBuffer.wrap(encoded)).build();
    }

    /** A picture as a record that names it. */
    public static PictureRecord reference(String uri) {
        return PictureRecord.newBuilder().setUri(uri).build();
    }

    /**
     * The picture that a record holds or names.
     *
     * @throws LlavaException with code INPUT if it does neither or both
     */
    public static byte[] bytes(PictureRecord record, Function<String, byte[]> pictures) {
        ByteBuffer content = record.getContent();
        if ((content == null) == (record.getUri() == null)) {
            throw LlavaException.input(
                    "A picture needs either its URI or its content, and not both");
        }
        if (content == null) {
            return pictures.apply(record.getUri());
        }
        byte[] bytes = new byte[content.remaining()];
        content.duplicate().get(bytes);
        return bytes;
    }

    private static Long milliseconds(Duration limit) {
        if (limit.equals(LlavaRequest.NO_LIMIT)) {
            return null;
        }
        return limit.plusNanos(999_999).toMillis();
    }

    /** How an answer is generated, as a record: equal records stand for equal parameters. */
    public static GenerationRecord toRecord(GenerationParameters parameters) {
        Sampling sampling = parameters.sampling();
        TokenRules rules = parameters.rules();
        return GenerationRecord.newBuilder()
                .setMaxNewTokens(parameters.maxNewTokens())
                .setMinNewTokens(parameters.minNewTokens())
                .setTemperature(sampling.temperature())
                .setTopK(sampling.topK())
                .setTopP(sampling.topP())
                .setMinP(sampling.minP())
                .setSeed(sampling.seed())
                .setRepetitionPenalty(rules.repetitionPenalty())
                .setNoRepeatNgram(rules.noRepeatNgram())
                .setBadWords(rules.badWords())
                .setStopStrings(rules.stopStrings())
                .setConstraint(toRecord(parameters.constraint()))
                .setCandidates(parameters.candidates())
                .setLogProbability(parameters.logProbability())
                .build();
    }

    private static GenerationParameters toGeneration(GenerationRecord record) {
        return new GenerationParameters(
                record.getMaxNewTokens(),
                record.getMinNewTokens(),
                new Sampling(
                        record.getTemperature(),
                        record.getTopK(),
                        record.getTopP(),
                        record.getMinP(),
                        record.getSeed()),
                new TokenRules(
                        record.getRepetitionPenalty(),
                        record.getNoRepeatNgram(),
                        record.getBadWords(),
                        record.getStopStrings()),
                toConstraint(record.getConstraint()),
                record.getCandidates(),
                record.getLogProbability());
    }

    private static ConstraintRecord toRecord(AnswerConstraint constraint) {
        if (constraint instanceof AnswerConstraint.Choice choice) {
            return new ConstraintRecord(ConstraintKind.CHOICE, choice.texts());
        }
        if (constraint instanceof AnswerConstraint.Pattern pattern) {
            return new ConstraintRecord(ConstraintKind.PATTERN, List.of(pattern.regex()));
        }
        if (constraint instanceof AnswerConstraint.Json json) {
            return new ConstraintRecord(ConstraintKind.JSON, List.of(json.schema()));
        }
        return new ConstraintRecord(ConstraintKind.FREE, List.of());
    }

    private static AnswerConstraint toConstraint(ConstraintRecord record) {
        List<String> texts = record.getTexts();
        return switch (record.getKind()) {
            case FREE -> AnswerConstraint.FREE;
            case CHOICE -> new AnswerConstraint.Choice(texts);
            case PATTERN -> new AnswerConstraint.Pattern(only(texts));
            case JSON -> new AnswerConstraint.Json(only(texts));
        };
    }

    private static String only(List<String> texts) {
        if (texts.size() != 1) {
            throw LlavaException.input(
                    "A pattern or schema needs one text, but there are " + texts.size());
        }
        return texts.get(0);
    }
}

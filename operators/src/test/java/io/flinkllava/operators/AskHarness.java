package io.flinkllava.operators;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.LlavaRequest;

import java.time.Duration;

/** The step behind {@link Llava#ask}. */
final class AskHarness extends OperatorHarness<Photo> {

    static final int CAPACITY = 4;
    static final QueueSettings ORDERED = settings(true, QueueSettings.NO_TIMEOUT);
    static final QueueSettings UNORDERED = settings(false, QueueSettings.NO_TIMEOUT);

    /** One attempt, failures as results. */
    static QueueSettings settings(boolean ordered, Duration timeout) {
        return new QueueSettings(
                ordered, CAPACITY, timeout, RetryPolicy.NONE, ErrorPolicy.AS_RESULT);
    }

    /** The same, without a timeout. */
    static QueueSettings settings(boolean ordered, int capacity) {
        return new QueueSettings(
                ordered,
                capacity,
                QueueSettings.NO_TIMEOUT,
                RetryPolicy.NONE,
                ErrorPolicy.AS_RESULT);
    }

    /** A step that asks such a model. */
    static <T> LlavaOperatorFactory<T, T> factory(
            SerializableFunction<T, LlavaRequest> extractor,
            ModelSource models,
            TypeInformation<T> type,
            QueueSettings settings) {
        RequestSource<T> source = new RequestSource<>();
        source.request = extractor;
        return new LlavaOperatorFactory<>(
                OperatorPlan.plain(type, source.drafts(), models, PictureAccess.NONE, settings));
    }

    final OneInputStreamOperatorTestHarness<Photo, LlavaResult<Photo>> flink;

    private AskHarness(
            QueueSettings settings,
            SerializableFunction<Photo, RequestDraft> drafts,
            int parallelism,
            int subtask)
            throws Exception {
        TypeInformation<Photo> type = Types.POJO(Photo.class);
        LlavaOperatorFactory<Photo, Photo> factory =
                new LlavaOperatorFactory<>(
                        OperatorPlan.plain(
                                type,
                                drafts,
                                (context, version) -> new OpenModel(model, model::close),
                                PictureAccess.NONE,
                                settings));
        flink =
                new OneInputStreamOperatorTestHarness<>(
                        factory, MAX_PARALLELISM, parallelism, subtask);
        flink.setup(LlavaResult.type(type).createSerializer(serializers()));
    }

    @Override
    OneInputStreamOperatorTestHarness<Photo, LlavaResult<Photo>> flink() {
        return flink;
    }

    private SerializerConfig serializers() {
        return flink.getExecutionConfig().getSerializerConfig();
    }

    /** An operator that is ready, without state. */
    static AskHarness open(QueueSettings settings) throws Exception {
        return open(settings, photo -> RequestDraft.of(photo.request()));
    }

    static AskHarness open(QueueSettings settings, SerializableFunction<Photo, RequestDraft> drafts)
            throws Exception {
        AskHarness harness = new AskHarness(settings, drafts, 1, 0);
        harness.flink.open();
        return harness;
    }

    /** An operator that goes on where another left off; not opened yet. */
    static AskHarness restore(
            QueueSettings settings,
            OperatorSubtaskState state,
            SerializableFunction<Photo, RequestDraft> drafts)
            throws Exception {
        AskHarness harness = new AskHarness(settings, drafts, 1, 0);
        harness.flink.initializeState(state);
        return harness;
    }

    /** A subtask with its share of a state; not opened yet. */
    static AskHarness restore(
            QueueSettings settings, OperatorSubtaskState state, int from, int to, int subtask)
            throws Exception {
        AskHarness harness =
                new AskHarness(settings, photo -> RequestDraft.of(photo.request()), to, subtask);
        harness.flink.initializeState(
                OneInputStreamOperatorTestHarness.repartitionOperatorState(
                        state, MAX_PARALLELISM, from, to, subtask));
        return harness;
    }

    void send(int id) throws Exception {
        flink.processElement(Photo.number(id), id);
    }
}

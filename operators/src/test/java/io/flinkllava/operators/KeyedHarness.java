package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

import io.flinkllava.flink.pictures.PictureAccess;

import java.util.ArrayList;
import java.util.List;

/** A step that remembers something for each key. */
final class KeyedHarness extends OperatorHarness<Question<Photo>> {

    private static final TypeInformation<Photo> PHOTO = Types.POJO(Photo.class);

    /** Versions whose models were opened. */
    final List<ModelVersion> opened = new ArrayList<>();

    final KeyedOneInputStreamOperatorTestHarness<String, Question<Photo>, LlavaResult<Photo>> flink;

    KeyedHarness(
            KeyMemory<Question<Photo>, ?> memory,
            QueueSettings settings,
            int parallelism,
            int subtask)
            throws Exception {
        this(memory, settings, PictureAccess.NONE, parallelism, subtask);
    }

    private KeyedHarness(
            KeyMemory<Question<Photo>, ?> memory,
            QueueSettings settings,
            PictureAccess pictures,
            int parallelism,
            int subtask)
            throws Exception {
        KeySelector<Question<Photo>, String> keys = Question::key;
        OperatorPlan<Question<Photo>, Photo> plan =
                new OperatorPlan<>(
                        Question.type(PHOTO),
                        Question::input,
                        Question::model,
                        null,
                        keys,
                        memory,
                        (context, version) -> {
                            opened.add(version);
                            return new OpenModel(model, model::close);
                        },
                        false,
                        pictures,
                        settings,
                        DeadLetter.tag(PHOTO));
        flink =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new LlavaOperatorFactory<>(plan),
                        keys,
                        Types.STRING,
                        MAX_PARALLELISM,
                        parallelism,
                        subtask);
        flink.setup(
                LlavaResult.type(PHOTO)
                        .createSerializer(flink.getExecutionConfig().getSerializerConfig()));
    }

    @Override
    OneInputStreamOperatorTestHarness<Question<Photo>, LlavaResult<Photo>> flink() {
        return flink;
    }

    static KeyedHarness open(KeyMemory<Question<Photo>, ?> memory) throws Exception {
        return open(memory, PictureAccess.NONE);
    }

    static KeyedHarness open(KeyMemory<Question<Photo>, ?> memory, PictureAccess pictures)
            throws Exception {
        return open(memory, AskHarness.UNORDERED, pictures);
    }

    static KeyedHarness open(
            KeyMemory<Question<Photo>, ?> memory, QueueSettings settings, PictureAccess pictures)
            throws Exception {
        KeyedHarness harness = new KeyedHarness(memory, settings, pictures, 1, 0);
        harness.flink.open();
        return harness;
    }

    /** A subtask that goes on with its share of a state. */
    static KeyedHarness restore(
            KeyMemory<Question<Photo>, ?> memory,
            OperatorSubtaskState state,
            int from,
            int to,
            int subtask)
            throws Exception {
        KeyedHarness harness = new KeyedHarness(memory, AskHarness.UNORDERED, to, subtask);
        harness.flink.initializeState(
                OneInputStreamOperatorTestHarness.repartitionOperatorState(
                        state, MAX_PARALLELISM, from, to, subtask));
        harness.flink.open();
        return harness;
    }

    void send(String key, Photo photo) throws Exception {
        send(key, photo, ModelVersion.FIRST);
    }

    void send(String key, Photo photo, ModelVersion version) throws Exception {
        flink.processElement(new Question<>(photo, key, version), photo.id());
    }
}

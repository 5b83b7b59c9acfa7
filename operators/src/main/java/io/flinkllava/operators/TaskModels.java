package io.flinkllava.operators;

import org.apache.flink.api.common.functions.RuntimeContext;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.ModelInfo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The models that a task holds: the one that its newest records ask, and older ones for as long as
 * records in flight ask them.
 *
 * <p>A model that cannot be opened is not tried again until another version is asked for: each
 * trial would hold up the task.
 *
 * <p>Threading: the task's thread, but for {@link #current}.
 */
final class TaskModels implements AutoCloseable {

    private final ModelSource source;
    private final RuntimeContext context;
    private final Map<String, OpenModel> open = new HashMap<>();
    private Optional<ModelVersion> newest = Optional.empty();
    private Optional<LlavaException> newestIsUnusable = Optional.empty();
    private volatile Optional<LlavaModel> current = Optional.empty();
    private volatile long loadMillis;

    TaskModels(ModelSource source, RuntimeContext context) {
        this.source = source;
        this.context = context;
    }

    /**
     * Opens the model that the job starts with.
     *
     * @throws UnusableModelException if the job never ran before and the model is at fault
     * @throws LlavaException if it cannot be opened otherwise
     */
    void openFirst() {
        try {
            LlavaModel unused = of(ModelVersion.FIRST);
        } catch (LlavaException e) {
            boolean firstAttempt = context.getTaskInfo().getAttemptNumber() == 0;
            // A job that ran before may have come to a machine where the folder is not there yet.
            throw firstAttempt && e.code() == LlavaErrorCode.MODEL
                    ? new UnusableModelException(e)
                    : e;
        }
    }

    /**
     * The model of a version; waits for it to load where nobody did before.
     *
     * @throws LlavaException if it cannot be opened, or is no longer what was announced
     */
    LlavaModel of(ModelVersion version) {
        if (newest.filter(version::sameModel).isEmpty()) {
            newest = Optional.of(version);
            newestIsUnusable = Optional.empty();
        }
        newestIsUnusable.ifPresent(
                problem -> {
                    throw problem;
                });
        OpenModel known = open.get(id(version));
        LlavaModel model = known == null ? load(version) : known.model();
        current = Optional.of(model);
        return model;
    }

    private LlavaModel load(ModelVersion version) {
        long start = System.nanoTime();
        try {
            OpenModel opened = source.open(context, version);
            ModelInfo info = opened.model().info();
            if (!version.isFirst() && !info.fingerprint().equals(version.fingerprint())) {
                opened.close();
                throw LlavaException.model(
                        version.folder()
                                + " has changed since it was announced: its fingerprint was "
                                + version.fingerprint()
                                + " and is "
                                + info.fingerprint()
                                + ". Announce a folder only when it is complete, and each version"
                                + " in a folder of its own.");
            }
            open.put(id(version), opened);
            loadMillis = (System.nanoTime() - start) / 1_000_000;
            return opened.model();
        } catch (LlavaException e) {
            newestIsUnusable = Optional.of(e);
            throw e;
        }
    }

    private static String id(ModelVersion version) {
        return version.fingerprint() + " " + version.folder();
    }

    /** A failure before a model said anything, with the name of the one that should have. */
    Outcome outcome(ModelVersion version, LlavaAnswer failure) {
        OpenModel known = open.get(id(version));
        if (known != null) {
            ModelInfo info = known.model().info();
            return new Outcome(failure, info.name(), info.fingerprint());
        }
        Path name = Path.of(version.folder()).getFileName();
        return new Outcome(failure, name.toString(), version.fingerprint());
    }

    /** Closes models that neither these versions nor the newest need. */
    void keep(List<ModelVersion> needed) {
        List<String> ids = new ArrayList<>(needed.stream().map(TaskModels::id).toList());
        newest.ifPresent(version -> ids.add(id(version)));
        for (String id : List.copyOf(open.keySet())) {
            if (!ids.contains(id)) {
                open.remove(id).close();
            }
        }
    }

    int size() {
        return open.size();
    }

    /** The model that was asked last, for metrics. */
    Optional<LlavaModel> current() {
        return current;
    }

    /** How long the task waited for the last model that it opened, in milliseconds. */
    long loadMillis() {
        return loadMillis;
    }

    @Override
    public void close() {
        current = Optional.empty();
        for (OpenModel model : open.values()) {
            model.close();
        }
        open.clear();
    }
}

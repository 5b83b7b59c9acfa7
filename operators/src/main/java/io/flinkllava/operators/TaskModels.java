package io.flinkllava.operators;

import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.util.IOUtils;

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
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The models that a task holds: the one that its newest records ask, and older ones for as long as
 * records in flight ask them.
 *
 * <p>A device may have room for one model alone. So one that does not open beside others waits
 * until these are closed, and after that for a while, since other tasks may have theirs on the same
 * device. One that does not open then is left alone for as long: each trial holds up the task.
 *
 * <p>Threading: the task's thread, but for {@link #current}.
 */
final class TaskModels implements AutoCloseable {

    /** How long a model is tried that had no room, and then how long it is not. */
    private static final long PATIENCE_MILLIS = 30_000;

    private static final long BETWEEN_TRIALS_MILLIS = 1000;

    private final ModelSource source;
    private final RuntimeContext context;
    private final LongSupplier clock;
    private final Map<String, OpenModel> open = new HashMap<>();
    private final Map<String, Unusable> unusable = new HashMap<>();

    private final Map<String, Crowded> crowded = new HashMap<>();

    private Optional<ModelVersion> newest = Optional.empty();
    private volatile Optional<LlavaModel> current = Optional.empty();
    private volatile long loadMillis;

    /**
     * Holds no model yet.
     *
     * @param clock processing time in milliseconds
     */
    TaskModels(ModelSource source, RuntimeContext context, LongSupplier clock) {
        this.source = source;
        this.context = context;
        this.clock = clock;
    }

    /**
     * Opens the model that the job starts with.
     *
     * @param restored whether the job ran before
     * @throws UnusableModelException if the job never ran before and the model is at fault
     * @throws LlavaException if it cannot be opened otherwise
     */
    void openFirst(boolean restored) {
        try {
            Optional<LlavaModel> unused = of(ModelVersion.FIRST);
        } catch (LlavaException e) {
            // A job that ran before may have come to a machine where the folder is not there yet.
            boolean ranBefore = restored || context.getTaskInfo().getAttemptNumber() > 0;
            throw ranBefore || e.code() != LlavaErrorCode.MODEL ? e : new UnusableModelException(e);
        }
    }

    /** A record of this version came: it is the newest from now on. */
    void arrived(ModelVersion version) {
        newest = Optional.of(version);
    }

    /**
     * The model of a version; waits for it to load where nobody did before.
     *
     * @return empty if it has no room yet: ask again when {@link #keepOnly} closed some, and from
     *     time to time
     * @throws LlavaException if it cannot be opened, or is no longer what was announced
     */
    Optional<LlavaModel> of(ModelVersion version) {
        Optional<LlavaModel> model =
                Optional.ofNullable(open.get(id(version)))
                        .or(() -> load(version))
                        .map(OpenModel::model);
        if (model.isPresent()) {
            current = model;
        }
        return model;
    }

    private Optional<OpenModel> load(ModelVersion version) {
        String id = id(version);
        Crowded known = crowded.get(id);
        if (known != null) {
            if (!open.isEmpty() || clock.getAsLong() < known.nextTrial()) {
                return Optional.empty();
            }
            source.closeIdle();
        }
        refuseAgain(id);
        long start = System.nanoTime();
        OpenModel opened;
        try {
            opened = source.open(context, version);
        } catch (LlavaException e) {
            return didNotOpen(id, e);
        } catch (RuntimeException e) {
            // Or it would be taken for the record's fault.
            return didNotOpen(
                    id,
                    new LlavaException(
                            LlavaErrorCode.INTERNAL, "The model does not open: " + e, e));
        }
        crowded.remove(id);
        requireAnnounced(version, opened);
        open.put(id, opened);
        loadMillis = (System.nanoTime() - start) / 1_000_000;
        return Optional.of(opened);
    }

    private Optional<OpenModel> didNotOpen(String id, LlavaException problem) {
        long now = clock.getAsLong();
        Crowded known = crowded.get(id);
        if (!open.isEmpty()) {
            crowded.put(id, new Crowded(now, Long.MAX_VALUE));
        } else if (known == null || known.lastTrial() <= now) {
            crowded.remove(id);
            throw unusable(id, problem);
        } else {
            long last = Math.min(known.lastTrial(), now + PATIENCE_MILLIS);
            crowded.put(id, new Crowded(now + BETWEEN_TRIALS_MILLIS, last));
        }
        return Optional.empty();
    }

    private void refuseAgain(String id) {
        Unusable known = unusable.get(id);
        if (known != null && clock.getAsLong() < known.until()) {
            throw known.problem();
        }
    }

    private LlavaException unusable(String id, LlavaException problem) {
        unusable.put(id, new Unusable(problem, clock.getAsLong() + PATIENCE_MILLIS));
        return problem;
    }

    private void requireAnnounced(ModelVersion version, OpenModel opened) {
        String fingerprint = opened.model().info().fingerprint();
        if (!version.isFirst() && !fingerprint.equals(version.fingerprint())) {
            opened.close();
            throw unusable(
                    id(version),
                    LlavaException.model(
                            version.folder()
                                    + " has changed since it was announced: its fingerprint was "
                                    + version.fingerprint()
                                    + " and is "
                                    + fingerprint
                                    + ". Announce a folder only when it is complete, and each"
                                    + " version in a folder of its own."));
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
        Path folder = Path.of(source.folder(version));
        Path name = folder.getFileName();
        return new Outcome(
                failure, (name == null ? folder : name).toString(), version.fingerprint());
    }

    /** Closes models that neither these versions nor the newest need. */
    void keep(List<ModelVersion> needed) {
        List<ModelVersion> all = new ArrayList<>(needed);
        newest.ifPresent(all::add);
        boolean unused = keepOnly(all);
    }

    /**
     * Closes models that none of these versions needs.
     *
     * @return whether there was one
     */
    boolean keepOnly(List<ModelVersion> needed) {
        Set<String> ids = needed.stream().map(TaskModels::id).collect(Collectors.toSet());
        List<String> spent = open.keySet().stream().filter(id -> !ids.contains(id)).toList();
        spent.forEach(id -> open.remove(id).close());
        return !spent.isEmpty();
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
        IOUtils.closeAllQuietly(open.values());
        open.clear();
    }

    /**
     * A version that had no room.
     *
     * @param nextTrial not before, in processing time in milliseconds
     * @param lastTrial the first one from then on
     */
    private record Crowded(long nextTrial, long lastTrial) {}

    /** A version that did not open. */
    private record Unusable(LlavaException problem, long until) {}
}

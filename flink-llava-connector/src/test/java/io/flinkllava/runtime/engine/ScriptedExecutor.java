package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.image.VisualInput;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A model that can be computed by hand: the next token is a function of all positions before it.
 * Keeps its rows as a KV cache would, so that an engine that mixes them up gets other tokens: a
 * position is its token, or its place in a picture, and one that was decoded is not the one that
 * was prefilled. Checks what {@link StepExecutor} asks of its caller.
 */
final class ScriptedExecutor implements StepExecutor {

    static final int VOCABULARY = 11;
    static final int EOS = 0;

    /** The token of pictures. */
    static final int IMAGE = 900;

    /** A prompt that starts with this token cannot be prefilled. */
    static final int POISON_PREFILL = 901;

    /** A prompt that starts with this token breaks every decode step that it is part of. */
    static final int POISON_DECODE = 902;

    /** What the keys of a decoded token differ by from those of a prefilled one. */
    private static final int DECODED = 1_000_000;

    /** What happened, a line a step. */
    final List<String> steps = new ArrayList<>();

    /** Prompts in the order in which they were begun. */
    final List<Prompt> begun = new ArrayList<>();

    private final Abilities abilities;
    private final Map<Integer, List<Integer>> rows = new HashMap<>();
    private final Map<Integer, Prompt> owners = new HashMap<>();
    private final Set<Integer> running = new HashSet<>();
    private Semaphore gate = new Semaphore(Integer.MAX_VALUE);
    private Faults faults = stage -> {};
    private int tokensSinceDecode;
    private int mostTokensBetweenDecodes;
    private volatile boolean closed;

    ScriptedExecutor() {
        this(new Abilities(true, true));
    }

    ScriptedExecutor(Abilities abilities) {
        this.abilities = abilities;
    }

    /** What a call can fail at. */
    enum Stage {
        COPY,
        PREFILL,
        DECODE,
        SCORES,
        CLOSE
    }

    /** Throws where a test wants a call to fail. */
    @FunctionalInterface
    interface Faults {
        void at(Stage stage);
    }

    void failWith(Faults injected) {
        faults = injected;
    }

    /** Holds every step until the semaphore has a permit for it. */
    void holdAt(Semaphore permits) {
        gate = permits;
    }

    /** Prompt tokens that running answers had to wait for between two of their tokens, at most. */
    int mostTokensBetweenDecodes() {
        return mostTokensBetweenDecodes;
    }

    static int next(List<Integer> positions) {
        return Math.floorMod(positions.hashCode() * 31 + 17, VOCABULARY);
    }

    /** The best token that is not the end. */
    private static int second(List<Integer> positions) {
        return 1 + Math.floorMod(positions.hashCode(), VOCABULARY - 1);
    }

    /** What a request is answered with, computed without any engine. */
    static List<Integer> answer(GenerationRequest request) {
        List<Integer> positions = positions(request.prompt());
        List<Integer> answer = new ArrayList<>();
        while (answer.size() < request.maxNewTokens()) {
            int token = next(positions);
            if (token == EOS && answer.size() < request.parameters().minNewTokens()) {
                token = second(positions);
            }
            answer.add(token);
            positions.add(DECODED + token);
            if (token == EOS) {
                break;
            }
        }
        return answer;
    }

    private static List<Integer> positions(Prompt prompt) {
        List<Integer> positions = new ArrayList<>();
        for (int id : prompt.tokenIds()) {
            positions.add(id);
        }
        for (int i = 0; i < prompt.visuals().size(); i++) {
            VisualInput visual = prompt.visuals().get(i);
            for (int token = 0; token < visual.tokens(); token++) {
                positions.set(prompt.start(i) + token, visual.key().hashCode() + token);
            }
        }
        return positions;
    }

    @Override
    public Abilities abilities() {
        return abilities;
    }

    @Override
    public StepScores prefill(int row, Prompt prompt, int from, int to, boolean logits) {
        enter();
        steps.add("prefill " + row);
        own(row, prompt);
        boolean whole = from == 0 && to == prompt.length();
        assertThat(whole || abilities.chunks()).as("chunks").isTrue();
        assertThat(to - from).as("tokens of a part").isGreaterThanOrEqualTo(whole ? 1 : 2);
        List<Integer> positions = positions(prompt);
        List<Integer> held = rows.getOrDefault(row, List.of());
        assertThat(held.size()).as("known positions").isGreaterThanOrEqualTo(from);
        assertThat(held.subList(0, from)).isEqualTo(positions.subList(0, from));
        countTokens(to - from);
        rows.put(row, new ArrayList<>(positions.subList(0, from)));
        faults.at(Stage.PREFILL);
        if (positions.get(0) == POISON_PREFILL) {
            throw new IllegalStateException("poisoned prompt");
        }
        rows.put(row, new ArrayList<>(positions.subList(0, to)));
        if (to == prompt.length()) {
            running.add(row);
        }
        return new Scores(List.of(positions.subList(0, to)), logits && to == prompt.length());
    }

    private void own(int row, Prompt prompt) {
        Prompt owner = owners.putIfAbsent(row, prompt);
        if (owner == null) {
            begun.add(prompt);
        } else {
            assertThat(owner).as("owner of row %d", row).isSameAs(prompt);
        }
    }

    private void countTokens(int tokens) {
        tokensSinceDecode = running.isEmpty() ? 0 : tokensSinceDecode + tokens;
        mostTokensBetweenDecodes = Math.max(mostTokensBetweenDecodes, tokensSinceDecode);
    }

    @Override
    public StepScores decode(List<RowToken> inputs, boolean logits) {
        enter();
        steps.add("decode " + inputs.stream().map(RowToken::row).sorted().toList());
        tokensSinceDecode = 0;
        faults.at(Stage.DECODE);
        for (RowToken input : inputs) {
            if (rows.get(input.row()).get(0) == POISON_DECODE) {
                throw new IllegalStateException("poisoned row");
            }
        }
        List<List<Integer>> scored = new ArrayList<>();
        for (RowToken input : inputs) {
            assertThat(running).contains(input.row());
            rows.get(input.row()).add(DECODED + input.tokenId());
            scored.add(List.copyOf(rows.get(input.row())));
        }
        return new Scores(scored, logits);
    }

    @Override
    public void copyPrefix(int fromRow, int toRow, int length) {
        enter();
        steps.add("copy " + length + " from " + fromRow + " to " + toRow);
        assertThat(abilities.copies()).as("copies").isTrue();
        assertThat(owners).as("the row is not begun").doesNotContainKey(toRow);
        rows.put(toRow, new ArrayList<>());
        faults.at(Stage.COPY);
        rows.put(toRow, new ArrayList<>(rows.get(fromRow).subList(0, length)));
    }

    @Override
    public void release(int row) {
        owners.remove(row);
        running.remove(row);
    }

    private void enter() {
        gate.acquireUninterruptibly();
        assertThat(closed).isFalse();
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public int rows() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Transfers transfers() {
        return new Transfers(0, 0);
    }

    @Override
    public VisionCounters vision() {
        return VisionCounters.NONE;
    }

    @Override
    public void close() {
        assertThat(closed).as("closed once").isFalse();
        closed = true;
        faults.at(Stage.CLOSE);
    }

    boolean isClosed() {
        return closed;
    }

    private final class Scores implements StepScores {

        private final List<List<Integer>> positions;
        private final boolean wanted;

        Scores(List<List<Integer>> positions, boolean wanted) {
            this.positions = positions;
            this.wanted = wanted;
        }

        @Override
        public int best(int index) {
            faults.at(Stage.SCORES);
            return next(positions.get(index));
        }

        @Override
        public FloatBuffer logits(int index) {
            faults.at(Stage.SCORES);
            assertThat(wanted).as("scores were asked for").isTrue();
            float[] scores = new float[VOCABULARY];
            scores[second(positions.get(index))] = 1;
            scores[next(positions.get(index))] = 2;
            return FloatBuffer.wrap(scores);
        }
    }
}

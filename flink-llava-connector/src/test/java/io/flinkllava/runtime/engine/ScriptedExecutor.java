package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters.VisionCounters;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A model that can be computed by hand: the next token is a function of all tokens before it. Keeps
 * its rows as a KV cache would, so that an engine that mixes them up gets other tokens.
 */
final class ScriptedExecutor implements StepExecutor {

    static final int VOCABULARY = 11;
    static final int EOS = 0;

    /** A prompt that starts with this token cannot be prefilled. */
    static final int POISON_PREFILL = 901;

    /** A prompt that starts with this token breaks every decode step that it is part of. */
    static final int POISON_DECODE = 902;

    /** What happened, a line a step. */
    final List<String> steps = new ArrayList<>();

    private final Map<Integer, List<Integer>> rows = new HashMap<>();
    private Semaphore gate = new Semaphore(Integer.MAX_VALUE);
    private volatile boolean closed;

    /** Holds every step until the semaphore has a permit for it. */
    void holdAt(Semaphore steps) {
        gate = steps;
    }

    static int next(List<Integer> tokens) {
        return Math.floorMod(tokens.hashCode() * 31 + 17, VOCABULARY);
    }

    /** The best token that is not the end. */
    private static int second(List<Integer> tokens) {
        return 1 + Math.floorMod(tokens.hashCode(), VOCABULARY - 1);
    }

    /** What a request is answered with, computed without any engine. */
    static List<Integer> answer(GenerationRequest request) {
        List<Integer> tokens = new ArrayList<>();
        for (int id : request.prompt().tokenIds()) {
            tokens.add(id);
        }
        List<Integer> answer = new ArrayList<>();
        while (answer.size() < request.maxNewTokens()) {
            int token = next(tokens);
            if (token == EOS && answer.size() < request.parameters().minNewTokens()) {
                token = second(tokens);
            }
            answer.add(token);
            tokens.add(token);
            if (token == EOS) {
                break;
            }
        }
        return answer;
    }

    @Override
    public StepScores prefill(int row, Prompt prompt, boolean logits) {
        gate.acquireUninterruptibly();
        assertThat(closed).isFalse();
        List<Integer> tokens = new ArrayList<>();
        for (int id : prompt.tokenIds()) {
            tokens.add(id);
        }
        steps.add("prefill " + row);
        if (tokens.get(0) == POISON_PREFILL) {
            throw new IllegalStateException("poisoned prompt");
        }
        rows.put(row, tokens);
        return new Scores(List.of(tokens), logits);
    }

    @Override
    public StepScores decode(List<RowToken> inputs, boolean logits) {
        gate.acquireUninterruptibly();
        assertThat(closed).isFalse();
        steps.add("decode " + inputs.stream().map(RowToken::row).sorted().toList());
        for (RowToken input : inputs) {
            if (rows.get(input.row()).get(0) == POISON_DECODE) {
                throw new IllegalStateException("poisoned row");
            }
        }
        List<List<Integer>> scored = new ArrayList<>();
        for (RowToken input : inputs) {
            rows.get(input.row()).add(input.tokenId());
            scored.add(List.copyOf(rows.get(input.row())));
        }
        return new Scores(scored, logits);
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
    }

    boolean isClosed() {
        return closed;
    }

    private record Scores(List<List<Integer>> tokens, boolean wanted) implements StepScores {

        @Override
        public int best(int index) {
            return next(tokens.get(index));
        }

        @Override
        public FloatBuffer logits(int index) {
            assertThat(wanted).as("scores were asked for").isTrue();
            float[] scores = new float[VOCABULARY];
            scores[second(tokens.get(index))] = 1;
            scores[next(tokens.get(index))] = 2;
            return FloatBuffer.wrap(scores);
        }
    }
}

package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.engine.StepScores;

import java.nio.FloatBuffer;
import java.util.List;

/** Scores of a step on the host, {@code [vocabulary]} for each of its rows. */
record ExportedScores(List<float[]> rows) implements StepScores {

    ExportedScores {
        rows = List.copyOf(rows);
    }

    @Override
    public int best(int index) {
        float[] scores = rows.get(index);
        int best = 0;
        for (int token = 0; token < scores.length; token++) {
            // Minus infinity is how a graph may leave out what pads its vocabulary.
            if (!(scores[token] < Float.POSITIVE_INFINITY)) {
                throw StepScores.notFinite();
            }
            if (scores[token] > scores[best]) {
                best = token;
            }
        }
        return best;
    }

    @Override
    public FloatBuffer logits(int index) {
        return FloatBuffer.wrap(rows.get(index));
    }
}

package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.Sampling;
import io.flinkllava.runtime.TokenRules;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/** The rules of transformers, each by the name of its class there, and their order. */
final class ScoreRules {

    private ScoreRules() {}

    /**
     * What a request forbids or dislikes, in the order of {@code
     * GenerationMixin._get_logits_processor}.
     */
    static List<ScoreRule> processors(GenerationRequest request) {
        GenerationParameters parameters = request.parameters();
        TokenRules tokens = parameters.rules();
        List<ScoreRule> rules = new ArrayList<>();
        if (tokens.repetitionPenalty() != 1) {
            rules.add(repetitionPenalty((float) tokens.repetitionPenalty()));
        }
        if (tokens.noRepeatNgram() > 0) {
            rules.add(noRepeatNgram(tokens.noRepeatNgram()));
        }
        if (!request.badWords().isEmpty()) {
            rules.add(noBadWords(request.badWords()));
        }
        if (parameters.minNewTokens() > 0) {
            rules.add(minNewTokens(parameters.minNewTokens(), request.eosTokenIds()));
        }
        return rules;
    }

    /** How a request draws among what is left, in the same order; nothing where it does not. */
    static List<ScoreWarper> warpers(GenerationRequest request) {
        Sampling sampling = request.parameters().sampling();
        List<ScoreWarper> rules = new ArrayList<>();
        if (sampling.isGreedy()) {
            return rules;
        }
        rules.add(temperature((float) sampling.temperature()));
        if (sampling.topK() > 0) {
            rules.add(topK(sampling.topK()));
        }
        if (sampling.topP() < 1) {
            rules.add(topP(sampling.topP()));
        }
        if (sampling.minP() > 0) {
            rules.add(minP((float) sampling.minP()));
        }
        return rules;
    }

    /** {@code RepetitionPenaltyLogitsProcessor}: once for each token, however often it occurred. */
    static ScoreRule repetitionPenalty(float penalty) {
        return (scores, history) -> {
            BitSet seen = new BitSet(scores.length);
            for (int i = 0; i < history.length(); i++) {
                int token = history.get(i);
                // Placeholders of pictures may lie outside the vocabulary.
                if (token >= 0 && token < scores.length) {
                    seen.set(token);
                }
            }
            seen.stream()
                    .forEach(
                            token ->
                                    scores[token] =
                                            scores[token] < 0
                                                    ? scores[token] * penalty
                                                    : scores[token] / penalty);
        };
    }

    /** {@code NoRepeatNGramLogitsProcessor}. */
    static ScoreRule noRepeatNgram(int size) {
        return (scores, history) -> {
            int last = history.length() - size + 1;
            for (int start = 0; start < last; start++) {
                int same = 0;
                while (same < size - 1 && history.get(start + same) == history.get(last + same)) {
                    same++;
                }
                int next = history.get(start + size - 1);
                if (same == size - 1 && next >= 0 && next < scores.length) {
                    scores[next] = ScoreRule.OUT;
                }
            }
        };
    }

    /** {@code NoBadWordsLogitsProcessor}. */
    static ScoreRule noBadWords(List<List<Integer>> words) {
        return (scores, history) -> {
            for (List<Integer> word : words) {
                int last = word.get(word.size() - 1);
                // Tokenizers may know more tokens than the model has scores for.
                if (last < scores.length && history.endsWith(word.subList(0, word.size() - 1))) {
                    scores[last] = ScoreRule.OUT;
                }
            }
        };
    }

    /** {@code MinNewTokensLengthLogitsProcessor}. */
    static ScoreRule minNewTokens(int least, Set<Integer> eosTokenIds) {
        return (scores, history) -> {
            if (history.answer().size() < least) {
                eosTokenIds.stream()
                        .filter(token -> token < scores.length)
                        .forEach(token -> scores[token] = ScoreRule.OUT);
            }
        };
    }

    /** {@code TemperatureLogitsWarper}. */
    static ScoreWarper temperature(float temperature) {
        return tokens -> tokens.divide(temperature);
    }

    /** {@code TopKLogitsWarper}: those equal to the last one stay too. */
    static ScoreWarper topK(int count) {
        return tokens -> {
            if (count >= tokens.size()) {
                return;
            }
            float least = tokens.leastOfBest(count);
            for (int i = 0; i < tokens.size(); i++) {
                if (tokens.score(i) < least) {
                    tokens.out(i);
                }
            }
            tokens.removeOut();
        };
    }

    /**
     * {@code TopPLogitsWarper}: from the least likely up, a token goes as long as all that went
     * have no more than {@code 1 - p} together; the most likely one stays. Among equals the lower
     * id goes first, as it does in a stable sort.
     */
    static ScoreWarper topP(double p) {
        return tokens -> {
            double[] probabilities = tokens.probabilities();
            // Of a large vocabulary most are so unlikely that they go whatever their order.
            double negligible = (1 - p) / tokens.size();
            double gone = 0;
            for (int i = 0; i < tokens.size(); i++) {
                if (probabilities[i] < negligible) {
                    gone += probabilities[i];
                    tokens.out(i);
                }
            }
            tokens.removeOut();
            ScoreOrder order = tokens.order();
            int from = 0;
            int to = order.size();
            while (to - from > 1) {
                int middle = order.split(from, to);
                double lower = 0;
                for (int i = from; i < middle; i++) {
                    lower += probabilities[order.index(i)];
                }
                if (gone + lower <= 1 - p) {
                    gone += lower;
                    from = middle;
                } else {
                    to = middle;
                }
            }
            boolean isMostLikely = from == order.size() - 1;
            int stays = isMostLikely || gone + probabilities[order.index(from)] > 1 - p ? from : to;
            for (int i = 0; i < stays; i++) {
                tokens.out(order.index(i));
            }
            tokens.removeOut();
        };
    }

    /** {@code MinPLogitsWarper}. */
    static ScoreWarper minP(float fraction) {
        return tokens -> {
            double[] probabilities = tokens.probabilities();
            double best = 0;
            for (int i = 0; i < tokens.size(); i++) {
                best = Math.max(best, probabilities[i]);
            }
            for (int i = 0; i < tokens.size(); i++) {
                if (probabilities[i] < fraction * best) {
                    tokens.out(i);
                }
            }
            tokens.removeOut();
        };
    }
}

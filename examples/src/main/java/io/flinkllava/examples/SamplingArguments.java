package io.flinkllava.examples;

import io.flinkllava.runtime.Sampling;
import io.flinkllava.runtime.TokenRules;
import picocli.CommandLine.Option;

import java.util.List;

/** Arguments that say how tokens are chosen, with the meanings of Hugging Face generate. */
final class SamplingArguments {

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Draws tokens at this temperature. Default: 0, the best token always.")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "Draws from the N best tokens only. Default: 0, from all.")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draws from the best tokens that make up P only. Default: 1, from all.")
    private double topP = 1;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Draws from tokens at least P times as likely as the best. Default: 0.")
    private double minP;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the draws; each answer starts from it. Default: 0.")
    private long seed;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description = "Makes tokens that occurred less likely by this. Default: 1, not at all.")
    private double repetitionPenalty = 1;

    @Option(
            names = "--no-repeat-ngram",
            paramLabel = "N",
            description = "No N tokens in a row occur twice. Default: 0, no such rule.")
    private int noRepeatNgram;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "Ends an answer where it says this, which stays in it. May be repeated.")
    private List<String> stopStrings = List.of();

    /**
     * How a token is drawn.
     *
     * @throws IllegalArgumentException which names the argument
     */
    Sampling sampling() {
        return new Sampling(temperature, topK, topP, minP, seed);
    }

    /**
     * What an answer must not repeat or say.
     *
     * @throws IllegalArgumentException which names the argument
     */
    TokenRules rules() {
        return TokenRules.NONE
                .withRepetitionPenalty(repetitionPenalty)
                .withNoRepeatNgram(noRepeatNgram)
                .withStopStrings(stopStrings);
    }
}

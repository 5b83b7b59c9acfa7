package io.flinkllava.runtime.constraint;

import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.engine.TokenMask;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.Operations;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Compiles the constraints of one model's requests and keeps those that were asked for last. The
 * vocabulary is read when the first one comes. Thread-safe.
 */
public final class ConstraintCompiler {

    /** A job asks for the same few forms over and over. */
    private static final int KEPT = 16;

    private final Path tokenizerJson;
    private final Set<Integer> eosTokenIds;
    private final Map<AnswerConstraint, CompletableFuture<TokenMask>> masks =
            new LinkedHashMap<>(KEPT, 0.75f, true);
    private Vocabulary vocabulary;

    /**
     * Makes a compiler.
     *
     * @param tokenizerJson the {@code tokenizer.json} of the model
     * @param eosTokenIds the tokens that end an answer
     */
    public ConstraintCompiler(Path tokenizerJson, Set<Integer> eosTokenIds) {
        this.tokenizerJson = tokenizerJson;
        this.eosTokenIds = Set.copyOf(eosTokenIds);
    }

    /**
     * The mask that lets in what a constraint allows; {@link TokenMask#NONE} where tokens need no
     * mask, as for anything and for a choice.
     *
     * @throws LlavaException INPUT if the constraint is not understood or allows nothing, MODEL if
     *     the tokenizer is of a kind that cannot be constrained
     */
    public TokenMask mask(AnswerConstraint constraint) {
        if (constraint instanceof AnswerConstraint.Pattern pattern) {
            return kept(constraint, () -> RegexParser.matching(pattern.regex()));
        }
        if (constraint instanceof AnswerConstraint.Json json) {
            return kept(constraint, () -> JsonSchema.texts(json.schema()));
        }
        return TokenMask.NONE;
    }

    /** Compiles once; where that takes long, only requests with the same constraint wait. */
    private TokenMask kept(AnswerConstraint constraint, Texts texts) {
        CompletableFuture<TokenMask> mine = new CompletableFuture<>();
        CompletableFuture<TokenMask> known = enter(constraint, mine);
        if (known != mine) {
            return await(known);
        }
        try {
            TokenMask mask = compile(texts.read());
            mine.complete(mask);
            return mask;
        } catch (RuntimeException | Error e) {
            forget(constraint, mine);
            mine.completeExceptionally(e);
            throw e;
        }
    }

    /** What is known of a constraint, or is now to be found out. */
    private CompletableFuture<TokenMask> enter(
            AnswerConstraint constraint, CompletableFuture<TokenMask> mine) {
        synchronized (masks) {
            CompletableFuture<TokenMask> known = masks.putIfAbsent(constraint, mine);
            if (masks.size() > KEPT) {
                masks.remove(masks.keySet().iterator().next());
            }
            return known == null ? mine : known;
        }
    }

    private void forget(AnswerConstraint constraint, CompletableFuture<TokenMask> mine) {
        synchronized (masks) {
            masks.remove(constraint, mine);
        }
    }

    private static TokenMask await(CompletableFuture<TokenMask> other) {
        try {
            return other.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LlavaException failure) {
                throw new LlavaException(failure.code(), failure.getMessage(), failure);
            }
            throw e;
        }
    }

    private TokenMask compile(Automaton texts) {
        if (Operations.isEmpty(texts)) {
            throw LlavaException.input("No text fulfils the constraint: allow one");
        }
        if (eosTokenIds.isEmpty()) {
            throw LlavaException.model(
                    "The model has no end-of-sequence token, so that no answer could be complete:"
                            + " name one in generation_config.json, or ask without a constraint");
        }
        return new AutomatonMask(
                ByteAutomata.overBytes(texts),
                vocabulary(),
                eosTokenIds.stream().mapToInt(id -> id).sorted().toArray());
    }

    private synchronized Vocabulary vocabulary() {
        if (vocabulary == null) {
            vocabulary = TokenSpellings.read(tokenizerJson, eosTokenIds);
        }
        return vocabulary;
    }

    /** Reads a constraint. */
    private interface Texts {
        Automaton read();
    }
}

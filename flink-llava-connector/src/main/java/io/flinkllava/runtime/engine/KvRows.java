package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.engine.StepExecutor.Abilities;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Who owns which row of the KV cache, and what is known to be in it. A row whose sequence is over
 * stays warm until it is needed. Pure: no tensors, no clock; the engine's thread says what
 * happened.
 *
 * <p>Known is what was prefilled, never what was decoded: attention over one token sums in another
 * order than over several, so the last bits of decoded keys differ, and an answer would depend on
 * what came before it. The next turn of a conversation prefills the former answer once more.
 */
final class KvRows {

    /** Shorter prefixes are sooner prefilled than found a good row for. */
    static final int LEAST_SHARED = 16;

    /** Tokens of a prompt that are run in any case: the scored one, and one in front of it. */
    private static final int LEAST_RUN = 2;

    /**
     * Rows that a prefix may cost where it cannot be copied. A prompt is prefilled once, what lies
     * between is computed at every step of the answer.
     */
    static final int MOST_WIDENED = 3;

    private final List<Row> rows;
    private final Abilities abilities;
    private final boolean warm;
    private long uses;

    KvRows(EngineLimits limits, Abilities abilities) {
        this.rows = IntStream.range(0, limits.rows()).mapToObj(Row::new).toList();
        this.abilities = abilities;
        this.warm = limits.warmPrefixes() && abilities.chunks();
    }

    boolean hasFree() {
        return rows.stream().anyMatch(row -> row.owner == null);
    }

    /**
     * Gives a free row to a sequence: one that keeps the occupied rows close together, since a
     * decode step computes what lies between them too. Among those the row that the sequence can go
     * on from, unless that forgets more than it gives; else what was not used for longest. Where
     * nothing can be copied, a row to go on from may be a few rows further away.
     *
     * @throws NoSuchElementException if there is none
     */
    void occupy(Sequence sequence) {
        int narrowest = free().mapToInt(this::spanWith).min().orElseThrow();
        int widest = abilities.copies() ? narrowest : narrowest + MOST_WIDENED;
        Row best =
                free().filter(row -> spanWith(row) <= widest)
                        .filter(row -> shared(sequence, row) > 0)
                        .filter(row -> row.known <= 2 * shared(sequence, row))
                        .max(Comparator.comparingInt(row -> shared(sequence, row)))
                        .orElseGet(
                                () ->
                                        free().filter(row -> spanWith(row) == narrowest)
                                                .min(Comparator.comparingLong(row -> row.used))
                                                .orElseThrow());
        best.owner = sequence;
        sequence.occupy(best.index);
    }

    private Stream<Row> free() {
        return rows.stream().filter(row -> row.owner == null);
    }

    /** Rows from the first to the last occupied one, if this were occupied too. */
    private int spanWith(Row row) {
        int[] occupied =
                rows.stream()
                        .filter(other -> other.owner != null || other == row)
                        .mapToInt(other -> other.index)
                        .toArray();
        return Arrays.stream(occupied).max().orElseThrow()
                - Arrays.stream(occupied).min().orElseThrow();
    }

    /** Where a sequence that was not begun yet starts from, as things are now. */
    Start start(Sequence sequence) {
        Row own = rows.get(sequence.row());
        Row best = own;
        if (abilities.copies()) {
            for (Row row : rows) {
                best = shared(sequence, row) > shared(sequence, best) ? row : best;
            }
        }
        int length = shared(sequence, best);
        return best == own || length == 0
                ? new Start(length, OptionalInt.empty())
                : new Start(length, OptionalInt.of(best.index));
    }

    /**
     * Whether a sequence better waits for one of those that came before it and are prefilled now,
     * since it begins like that one.
     */
    boolean isWorthWaiting(Sequence sequence, List<Sequence> earlier) {
        if (!warm || !abilities.copies()) {
            return false;
        }
        int now = start(sequence).length();
        return earlier.stream()
                .anyMatch(
                        other -> {
                            int later = shared(sequence, other.prompt().key(), Integer.MAX_VALUE);
                            return later > now && later > other.prefilled();
                        });
    }

    /** The first positions of a sequence's row are those of its prompt from now on. */
    void prefilled(Sequence sequence, int length) {
        Row row = rows.get(sequence.row());
        row.key = sequence.prompt().key();
        row.known = length;
        row.used = ++uses;
    }

    /** A row was copied from. */
    void used(int row) {
        rows.get(row).used = ++uses;
    }

    /** A sequence is over; what is known of its row stays. */
    void vacate(Sequence sequence) {
        Row row = rows.get(sequence.row());
        row.owner = null;
        row.used = ++uses;
    }

    /** Nothing is known of a sequence's row any more. */
    void forget(Sequence sequence) {
        Row row = rows.get(sequence.row());
        row.key = PrefixKey.NONE;
        row.known = 0;
    }

    private int shared(Sequence sequence, Row row) {
        return warm ? shared(sequence, row.key, row.known) : 0;
    }

    private static int shared(Sequence sequence, PrefixKey key, int known) {
        int usable = Math.min(known, sequence.prompt().length() - LEAST_RUN);
        if (usable < LEAST_SHARED) {
            return 0;
        }
        int shared = Math.min(usable, sequence.prompt().key().commonPrefix(key));
        return shared < LEAST_SHARED ? 0 : shared;
    }

    /**
     * Where a sequence starts.
     *
     * @param length positions that need not be prefilled
     * @param copiedFrom the row that holds them, if it is another
     */
    record Start(int length, OptionalInt copiedFrom) {}

    /**
     * A row: nobody's, or a sequence's; its first {@code known} positions are those of a prompt.
     */
    private static final class Row {

        private final int index;
        private Sequence owner;
        private PrefixKey key = PrefixKey.NONE;
        private int known;
        private long used;

        Row(int index) {
            this.index = index;
        }
    }
}

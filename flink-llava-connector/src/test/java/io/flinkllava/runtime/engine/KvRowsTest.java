package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.engine.KvRows.Start;
import io.flinkllava.runtime.engine.StepExecutor.Abilities;
import io.flinkllava.runtime.image.TestVisuals;
import io.flinkllava.runtime.image.VisualInput;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class KvRowsTest {

    private static final int IMAGE = 900;
    private static final EngineLimits LIMITS =
            new EngineLimits(4, 1000, 50, Duration.ZERO, 100, true);

    private KvRows rows = new KvRows(LIMITS, new Abilities(true, true));

    @Test
    void aWarmRowIsGoneOnFrom() {
        finish(words(40, 1));
        Sequence next = occupy(words(60, 1));
        assertThat(next.row()).isZero();
        assertThat(rows.start(next)).isEqualTo(new Start(40, OptionalInt.empty()));
    }

    @Test
    void theLastTokensAreRunAgain() {
        finish(words(40, 1));
        assertThat(rows.start(occupy(words(40, 1))).length()).isEqualTo(38);
    }

    @Test
    void fewTokensAreNotWorthIt() {
        finish(words(15, 1));
        assertThat(rows.start(occupy(words(40, 1))).length()).isZero();
    }

    @Test
    void whatRunsIsCopied() {
        Sequence running = occupy(words(40, 1));
        rows.prefilled(running, 30);
        Sequence other = occupy(words(60, 1));
        assertThat(rows.start(other)).isEqualTo(new Start(30, OptionalInt.of(running.row())));
    }

    @Test
    void whereNothingCanBeCopiedAWarmRowIsTakenWhereverItIs() {
        rows = new KvRows(LIMITS, new Abilities(true, false));
        finish(words(40, 1));
        finish(words(40, 2));
        Sequence second = occupy(words(60, 2));
        assertThat(rows.start(second)).isEqualTo(new Start(40, OptionalInt.empty()));
        Sequence first = occupy(words(60, 1));
        assertThat(rows.start(first)).isEqualTo(new Start(40, OptionalInt.empty()));
        rows.prefilled(first, 60);
        assertThat(rows.start(occupy(words(60, 1))).length()).isZero();
    }

    @Test
    void whereNothingCanBeCopiedAWarmRowIsNotWorthManyRowsBetween() {
        rows =
                new KvRows(
                        new EngineLimits(32, 1000, 50, Duration.ZERO, 100, true),
                        new Abilities(true, false));
        List<Sequence> all =
                IntStream.rangeClosed(1, 32).mapToObj(word -> occupy(words(40, word))).toList();
        all.forEach(sequence -> rows.prefilled(sequence, 40));
        all.stream().filter(sequence -> sequence.row() > 0).forEach(rows::vacate);

        Sequence near = all.get(KvRows.MOST_WIDENED + 1);
        Sequence far = all.get(31);
        assertThat(occupy(words(60, 32)).row()).isLessThan(far.row()).isEqualTo(1);
        assertThat(occupy(words(60, near.row() + 1)).row()).isEqualTo(near.row());
    }

    @Test
    void otherPicturesAreOtherPrompts() {
        VisualInput seen = TestVisuals.of(30, 1);
        finish(prompt(10, seen));
        assertThat(rows.start(occupy(prompt(10, TestVisuals.of(30, 1)))).length()).isEqualTo(43);
        assertThat(rows.start(occupy(prompt(10, TestVisuals.of(30, 2)))).length()).isZero();
        finish(prompt(20, seen));
        assertThat(rows.start(occupy(prompt(20, TestVisuals.of(30, 2)))).length()).isEqualTo(20);
    }

    @Test
    void theRowThatWasUsedLongestAgoIsForgotten() {
        for (int word = 1; word <= 4; word++) {
            finish(words(40, word));
        }
        finish(words(60, 1));
        Sequence stranger = occupy(words(40, 9));
        rows.prefilled(stranger, 40);
        assertThat(rows.start(occupy(words(60, 2))).length()).as("forgotten").isZero();
    }

    @Test
    void occupiedRowsStayTogether() {
        for (int word = 1; word <= 4; word++) {
            finish(words(40, word));
        }
        List<Integer> taken =
                IntStream.range(10, 13).map(word -> occupy(words(40, word)).row()).boxed().toList();
        int first = taken.stream().min(Integer::compare).orElseThrow();
        int last = taken.stream().max(Integer::compare).orElseThrow();
        assertThat(last - first).isEqualTo(2);
    }

    @Test
    void whatFailedIsNotKnown() {
        Sequence broken = occupy(words(40, 1));
        rows.prefilled(broken, 30);
        rows.forget(broken);
        rows.vacate(broken);
        assertThat(rows.start(occupy(words(40, 1))).length()).isZero();
    }

    @Test
    void switchedOffNothingIsTakenOver() {
        rows =
                new KvRows(
                        new EngineLimits(4, 1000, 50, Duration.ZERO, 100, false),
                        new Abilities(true, true));
        Sequence running = occupy(words(40, 1));
        rows.prefilled(running, 40);
        Sequence same = occupy(words(40, 1));
        assertThat(rows.start(same).length()).isZero();
        assertThat(rows.isWorthWaiting(same, List.of(running))).isFalse();
    }

    private Sequence occupy(Prompt prompt) {
        Sequence sequence =
                new SequenceGroup(
                                List.of(Requests.of(prompt, 5, 0, Set.of(0))),
                                Deadline.after(Duration.ofHours(1), 0),
                                TokenObserver.NONE,
                                1000,
                                0)
                        .sequences()
                        .get(0);
        rows.occupy(sequence);
        return sequence;
    }

    /** Prefills a prompt and ends its sequence. */
    private void finish(Prompt prompt) {
        Sequence sequence = occupy(prompt);
        rows.prefilled(sequence, prompt.length());
        rows.vacate(sequence);
    }

    private static Prompt words(int length, int word) {
        return new Prompt(IntStream.generate(() -> word).limit(length).toArray());
    }

    /** Words, a picture, and a few words more. */
    private static Prompt prompt(int words, VisualInput picture) {
        IntStream ids = IntStream.range(1, words + 1);
        ids = IntStream.concat(ids, IntStream.generate(() -> IMAGE).limit(picture.tokens()));
        ids = IntStream.concat(ids, IntStream.range(100, 105));
        return Prompt.of(ids.toArray(), List.of(picture), id -> id == IMAGE);
    }
}

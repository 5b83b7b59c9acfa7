package io.flinkllava.runtime.constraint;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import org.apache.lucene.util.automaton.ByteRunAutomaton;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RegexParserTest {

    private static final String LETTERS = "ab0_ -.\n\"\u00e9\u4e2d\ud83d\ude00";

    /** Random texts over a small alphabet are matched as by the JDK, byte by byte. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a|b|ab",
                "^(a|b)*$",
                "a{2}b{1,3}?0{0,}",
                "[^a-b]+",
                "(?:\\w+ )*\\w+",
                "(?<word>a+)-\\d?",
                ".*",
                "\\D\\S?\\W*",
                "[\\d_-]{1,4}",
                "\\x61\\u00e9|\u4e2d+",
                "[\u0080-\uffff]*",
                "\ud83d\ude00?a",
                "(a|(b|()))\\.",
                "[^\ud83d\ude00]"
            })
    void matchesAsTheJdk(String regex) {
        Pattern pattern = Pattern.compile(regex, Pattern.UNIX_LINES);
        ByteRunAutomaton automaton = ByteAutomata.overBytes(RegexParser.matching(regex));
        int[] letters = LETTERS.codePoints().toArray();
        Random random = new Random(regex.hashCode());
        for (int i = 0; i < 4000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(6); length > 0; length--) {
                text.appendCodePoint(letters[random.nextInt(letters.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            assertThat(automaton.run(bytes, 0, bytes.length))
                    .as("%s on '%s'", regex, text)
                    .isEqualTo(pattern.matcher(text).matches());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a(?=b); '(?='; 2",
                "a(?<!b); '(?<'; 2",
                "(?i)a; '(?i'; 1",
                "(a)\\1; escape '\\1'; 4",
                "a\\b; escape '\\b'; 2",
                "\\p{L}; escape '\\p'; 1",
                "a++; possessive; 2",
                "a^b; anchor '^'; 2",
                "^a|b; beside; 1",
                "*a; quantifier '*'; 1",
                "(a; '(' without ')'; 1",
                "a); ')' without '('; 2",
                "[a; '[' without ']'; 1",
                "[b-a]; range; 2",
                "a{2; quantifier; 2",
                "a{99999}; count; 2",
                "\\x4; hexadecimal; 1"
            })
    void namesWhatItDoesNotUnderstand(String regex, String what, int position) {
        assertThatExceptionOfType(LlavaException.class)
                .isThrownBy(() -> RegexParser.matching(regex))
                .withMessageContaining(what)
                .withMessageContaining("position " + position + ",")
                .satisfies(e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.INPUT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"((a{1000}){1000}){1000}", "(a|b)*a(a|b){25}", "(.{9000}){9000}"})
    void refusesWhatGrowsWithoutBound(String regex) {
        assertThatExceptionOfType(LlavaException.class)
                .isThrownBy(() -> ByteAutomata.overBytes(RegexParser.matching(regex)))
                .withMessageContaining("too complex");
    }

    @Test
    void refusesGroupsWithoutEnd() {
        assertThatExceptionOfType(LlavaException.class)
                .isThrownBy(() -> RegexParser.matching("(".repeat(10_000)))
                .withMessageContaining("nested");
    }
}

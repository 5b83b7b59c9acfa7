package io.flinkllava.flink.pictures;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HostRuleTest {

    private static final int HTTPS = 443;

    @ParameterizedTest
    @CsvSource({
        "img.example.org, img.example.org, 443, true",
        "IMG.Example.org, img.example.ORG., 443, true",
        "img.example.org, img.example.org, 8443, false",
        "img.example.org:8443, img.example.org, 8443, true",
        "img.example.org:8443, img.example.org, 443, false",
        "img.example.org, evil-img.example.org, 443, false",
        "img.example.org, img.example.org.evil.com, 443, false",
        "example.org, img.example.org, 443, false",
        "*.example.org, img.example.org, 443, true",
        "*.example.org, a.b.example.org, 443, true",
        "*.example.org, example.org, 443, false",
        "*.example.org, evilexample.org, 443, false",
        "bücher.example, xn--bcher-kva.example, 443, true",
        "[::1]:8080, [::1], 8080, true"
    })
    void comparesWholeLabels(String rule, String host, int port, boolean allowed) {
        assertThat(HostRule.parse(rule).allows(HostRule.normalized(host), port, HTTPS))
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "*", "https://example.org", "example.org/path", "user@host", "a.*.org"})
    void refusesWhatIsNoHost(String rule) {
        assertThatThrownBy(() -> HostRule.parse(rule))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + rule + "'");
    }

    @Test
    void accessIsRefusedWhereItIsWritten() {
        assertThatThrownBy(() -> PictureAccess.NONE.withHosts(List.of("https://example.org")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("img.example.org:8080");
    }
}

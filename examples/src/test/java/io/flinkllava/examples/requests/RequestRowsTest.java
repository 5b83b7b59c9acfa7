package io.flinkllava.examples.requests;

import org.apache.flink.types.PojoTestUtils;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RequestRowsTest {

    private final RequestRows rows = new RequestRows();
    private long line;

    @Test
    void numbersRowsWithoutGaps() {
        assertThat(map("{\"id\": 1, \"question\": \"q\"}").position()).isZero();
        assertThat(map("broken").position()).isEqualTo(1);
        assertThat(map("{\"id\": 2, \"question\": \"q\"}").position()).isEqualTo(2);
    }

    @Test
    void refusesTheSecondRowOfAnId() {
        RequestRow first = map("{\"id\": \"a\", \"question\": \"q\"}");
        RequestRow second = map("{\"id\": \"a\", \"question\": \"r\"}");
        RequestRow number = map("{\"id\": 1, \"question\": \"q\"}");
        RequestRow text = map("{\"id\": \"1\", \"question\": \"q\"}");

        assertThat(first.defect()).isEmpty();
        assertThat(second.defect()).isEqualTo("line 2: id \"a\" is used twice");
        assertThat(second.id()).isEqualTo("\"a\"");
        assertThat(number.defect()).isEmpty();
        assertThat(text.defect()).isEmpty();
    }

    @Test
    void rowsWithoutIdAreNotTwins() {
        assertThat(map("broken").defect()).contains("not JSON");
        assertThat(map("broken").defect()).contains("not JSON");
    }

    @Test
    void rowsNeedNoGenericSerializer() {
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(RequestRow.class);
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(RequestLine.class);
    }

    private RequestRow map(String json) {
        return rows.map(new RequestLine(++line, json, ""));
    }
}

package io.flinkllava.udfs.model;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;

import io.flinkllava.flink.options.OptionReader;
import io.flinkllava.udfs.request.Part;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class InputColumnsTest {

    @ParameterizedTest
    @CsvSource({
        "url, PICTURES",
        "imageUrl, PICTURES",
        "picture_uri, PICTURES",
        "FILEPATH, PICTURES",
        "photo, PICTURES",
        "url_of_nothing, QUESTION",
        "question, QUESTION"
    })
    void aTextIsAPictureIfItsNameEndsLikeOne(String name, Part part) {
        InputColumns columns =
                InputColumns.of(
                        ResolvedSchema.of(Column.physical(name, DataTypes.STRING())),
                        new OptionReader(Map.of()));
        assertThat(columns.has(part)).isTrue();
    }
}

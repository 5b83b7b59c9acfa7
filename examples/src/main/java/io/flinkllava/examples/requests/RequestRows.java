package io.flinkllava.examples.requests;

import org.apache.flink.api.common.functions.MapFunction;

import java.util.HashSet;
import java.util.Set;

/**
 * Lines to rows: numbers them and refuses an id that was there before. Must run in one subtask; a
 * batch job is not restarted, so what it remembers is no state.
 */
final class RequestRows implements MapFunction<RequestLine, RequestRow> {

    private static final long serialVersionUID = 1L;

    private transient Set<String> ids;
    private long rows;

    @Override
    public RequestRow map(RequestLine line) {
        if (ids == null) {
            ids = new HashSet<>();
        }
        RequestRow row = RequestParser.parse(line).at(rows++);
        boolean known = !row.id().equals(RequestRow.NO_ID) && !ids.add(row.id());
        return known
                ? row.withDefect("line " + line.number() + ": id " + row.id() + " is used twice")
                : row;
    }
}

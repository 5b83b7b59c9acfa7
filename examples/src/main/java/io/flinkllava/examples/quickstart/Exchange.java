package io.flinkllava.examples.quickstart;

import io.flinkllava.examples.requests.RequestRow;
import io.flinkllava.operators.LlavaResult;
import io.flinkllava.runtime.LlavaAnswer;

import java.util.List;
import java.util.stream.Stream;

/**
 * A question about pictures and what became of it.
 *
 * @param position of the question among all
 * @param images paths of the pictures as given, and of the video's first frame
 * @param question the last thing that was asked
 * @param answer the answer, or what went wrong
 * @param tokens tokens generated, 0 if it failed
 */
public record Exchange(
        long position,
        List<String> images,
        String question,
        String answer,
        int tokens,
        boolean failed) {

    static Exchange of(LlavaResult<RequestRow> result) {
        RequestRow row = result.input();
        List<String> images =
                Stream.concat(row.images().stream(), row.video().stream().limit(1)).toList();
        String question =
                row.messages().isEmpty()
                        ? row.id()
                        : row.messages().get(row.messages().size() - 1).content();
        if (result.answer() instanceof LlavaAnswer.Text text) {
            String answer = text.text().strip();
            return new Exchange(
                    row.position(), images, question, answer, text.completionTokens(), false);
        }
        String problem = ((LlavaAnswer.Failure) result.answer()).message();
        return new Exchange(row.position(), images, question, problem, 0, true);
    }
}

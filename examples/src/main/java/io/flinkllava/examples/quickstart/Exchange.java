package io.flinkllava.examples.quickstart;

import io.flinkllava.examples.requests.RequestRow;
import io.flinkllava.operators.LlavaResult;
import io.flinkllava.runtime.LlavaAnswer;

import java.util.stream.Stream;

/**
 * A question about a picture and what became of it.
 *
 * @param position of the question among all
 * @param image path of the first picture, or else of the video's first frame, as given; empty for a
 *     question without either
 * @param question the last thing that was asked
 * @param answer the answer, or what went wrong
 * @param tokens tokens generated, 0 if it failed
 */
public record Exchange(
        long position, String image, String question, String answer, int tokens, boolean failed) {

    static Exchange of(LlavaResult<RequestRow> result) {
        RequestRow row = result.input();
        String image =
                Stream.concat(row.images().stream(), row.video().stream()).findFirst().orElse("");
        String question =
                row.messages().isEmpty()
                        ? row.id()
                        : row.messages().get(row.messages().size() - 1).content();
        if (result.answer() instanceof LlavaAnswer.Text text) {
            String answer = text.text().strip();
            return new Exchange(
                    row.position(), image, question, answer, text.completionTokens(), false);
        }
        String problem = ((LlavaAnswer.Failure) result.answer()).message();
        return new Exchange(row.position(), image, question, problem, 0, true);
    }
}

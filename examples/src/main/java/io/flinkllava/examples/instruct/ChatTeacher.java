package io.flinkllava.examples.instruct;

import org.apache.flink.util.ExceptionUtils;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Asks any OpenAI-compatible chat endpoint, as LLaVA's authors asked GPT-4: a system prompt, worked
 * examples, then the captions of a picture, and its boxes where places matter.
 *
 * @param url of the API, such as {@code http://localhost:8000/v1}
 * @param model its name there
 * @param key sent as bearer token; empty for none
 */
record ChatTeacher(String url, String model, String key) implements Teacher {

    private static final long serialVersionUID = 1L;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(2);
    private static final double TEMPERATURE = 0.7;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    @Override
    public Lesson open() {
        return new Chat(
                this,
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build(),
                new ObjectMapper());
    }

    // The key must not reach a log.
    @Override
    public String toString() {
        return model + " at " + url;
    }

    private record Chat(ChatTeacher teacher, HttpClient client, ObjectMapper json)
            implements Lesson {

        @Override
        public CompletableFuture<String> write(Assignment assignment) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(teacher.url + "/chat/completions"))
                            .timeout(ANSWER_TIMEOUT)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(body(assignment)));
            if (!teacher.key.isEmpty()) {
                request.header("Authorization", "Bearer " + teacher.key);
            }
            return client.sendAsync(request.build(), BodyHandlers.ofString())
                    .handle((reply, problem) -> content(reply, problem));
        }

        private String body(Assignment assignment) {
            ObjectNode body = json.createObjectNode();
            body.put("model", teacher.model).put("temperature", TEMPERATURE);
            ArrayNode messages = body.putArray("messages");
            for (TeacherPrompt.Part part : TeacherPrompt.of(assignment)) {
                messages.addObject().put("role", part.role()).put("content", part.content());
            }
            return body.toString();
        }

        private String content(HttpResponse<String> reply, Throwable problem) {
            if (problem != null) {
                // The client wraps what happened.
                Throwable cause = ExceptionUtils.stripCompletionException(problem);
                throw new CompletionException(
                        cause instanceof IOException
                                ? new TeacherUnavailableException(String.valueOf(cause))
                                : cause);
            }
            int status = reply.statusCode();
            if (status == TOO_MANY_REQUESTS || status >= SERVER_ERROR) {
                throw new CompletionException(
                        new TeacherUnavailableException("The endpoint answered " + status));
            }
            if (status != 200) {
                throw new CompletionException(
                        new MalformedSampleException("The endpoint answered " + status));
            }
            try {
                JsonNode said = json.readTree(reply.body()).at("/choices/0/message/content");
                if (said.isTextual()) {
                    return said.textValue();
                }
            } catch (JsonProcessingException e) {
                // Told below: the parser's message would quote the reply.
            }
            throw new CompletionException(
                    new MalformedSampleException("The reply has no choices[0].message.content"));
        }

        @Override
        public void close() {
            // Java 17's client has nothing to close: its threads end when it is not reachable.
        }
    }
}

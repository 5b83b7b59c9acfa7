package io.flinkllava.runtime;

import java.io.Serializable;
import java.util.Objects;

/** One turn of a dialogue. */
public record Message(Role role, String content) implements Serializable {

    /** Who speaks; the names are those of Hugging Face chat templates in lower case. */
    public enum Role {
        SYSTEM,
        USER,
        ASSISTANT
    }

    public Message {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(content, "content");
    }

    public static Message user(String content) {
        return new Message(Role.USER, content);
    }
}

package io.flinkllava.runtime;

import java.io.Serializable;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a model runs.
 *
 * @param index which GPU, counted from 0; for {@link Kind#AUTO} the one to take if there is any; 0
 *     for the CPU
 */
public record Device(Kind kind, int index) implements Serializable {

    /** What {@link #parse} understands. */
    public enum Kind {
        /** A GPU where there is one, else the CPU. */
        AUTO,
        CPU,
        GPU
    }

    public static final Device AUTO = new Device(Kind.AUTO, 0);
    public static final Device CPU = new Device(Kind.CPU, 0);

    private static final Pattern GPU_SPELLING = Pattern.compile("(?:gpu|cuda)(?::(\\d{1,4}))?");

    public Device {
        Objects.requireNonNull(kind, "kind");
        if (index < 0 || (index > 0 && kind == Kind.CPU)) {
            throw new IllegalArgumentException("No such device: " + kind + " " + index);
        }
    }

    /** This GPU if it is there and can be used, else the CPU. */
    public static Device auto(int index) {
        return new Device(Kind.AUTO, index);
    }

    public static Device gpu(int index) {
        return new Device(Kind.GPU, index);
    }

    /** Reads {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:N}. */
    public static Device parse(String text) {
        String spelling = text.strip().toLowerCase(Locale.ROOT);
        Matcher gpu = GPU_SPELLING.matcher(spelling);
        if (gpu.matches()) {
            return gpu(gpu.group(1) == null ? 0 : Integer.parseInt(gpu.group(1)));
        }
        return switch (spelling) {
            case "auto" -> AUTO;
            case "cpu" -> CPU;
            default ->
                    throw new IllegalArgumentException(
                            "Unknown device '" + text + "': use auto, cpu or gpu:N");
        };
    }

    @Override
    public String toString() {
        String name = kind.name().toLowerCase(Locale.ROOT);
        return kind == Kind.GPU ? name + ":" + index : name;
    }
}

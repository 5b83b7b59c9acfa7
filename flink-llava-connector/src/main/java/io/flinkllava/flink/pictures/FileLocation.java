package io.flinkllava.flink.pictures;

import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

import io.flinkllava.runtime.LlavaException;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A place in a file system, taken apart so that two can be compared: {@code s3://bucket/a/b} has a
 * scheme, an authority and the segments {@code a} and {@code b}.
 *
 * @param scheme in lower case; empty for Flink's default file system
 * @param authority as it was written, since file systems may look it up so; compared without case;
 *     may be empty
 * @param segments none empty, none {@code .} or {@code ..}, and no backslash in them
 */
record FileLocation(String scheme, String authority, List<String> segments) {

    static final String LOCAL = "file";

    /** Reads a reference that comes from a record. */
    static FileLocation parse(String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw LlavaException.input(ShownUri.of(text) + " contains control characters.");
        }
        try {
            return parts(text);
        } catch (IllegalArgumentException e) {
            throw LlavaException.input(ShownUri.of(text) + " is not read: " + e.getMessage());
        }
    }

    /**
     * Reads a folder that the job allows.
     *
     * @throws IllegalArgumentException if it is none
     */
    static FileLocation parsePrefix(String text) {
        try {
            return parts(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The allowed prefix '" + text + "' is wrong: " + e.getMessage(), e);
        }
    }

    // Flink's own reading of paths takes '\' for '/' and drops '..' silently: both are refused
    // here.
    private static FileLocation parts(String text) {
        require(!hasBackslash(text), "write the path with / and without \\");
        String rest = text;
        String scheme = "";
        String authority = "";
        int colon = text.indexOf(':');
        int slash = text.indexOf('/');
        if (colon > 0 && (slash < 0 || colon < slash)) {
            scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
            rest = text.substring(colon + 1);
        }
        if (rest.startsWith("//")) {
            int end = rest.indexOf('/', 2);
            authority = rest.substring(2, end < 0 ? rest.length() : end);
            rest = end < 0 ? "/" : rest.substring(end);
        }
        require(rest.startsWith("/"), "give an absolute path");
        require(scheme.matches("([a-z][a-z0-9+.-]*)?"), "its scheme is none");
        require(
                authority.isEmpty() || !(scheme.isEmpty() || scheme.equals(LOCAL)),
                "a local path has no host");
        List<String> segments =
                Arrays.stream(rest.split("/")).filter(segment -> !segment.isEmpty()).toList();
        require(
                !segments.contains("..") && !segments.contains("."),
                "write the path without . and ..");
        return new FileLocation(scheme, authority, segments);
    }

    /** Whether Flink would read another path than the one that is written here. */
    static boolean hasBackslash(String path) {
        return path.indexOf('\\') >= 0;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** The same with Flink's default file system named, where none is. */
    FileLocation qualified() {
        if (!scheme.isEmpty()) {
            return this;
        }
        URI fallback = FileSystem.getDefaultFsUri();
        return new FileLocation(
                fallback.getScheme().toLowerCase(Locale.ROOT),
                Objects.requireNonNullElse(fallback.getAuthority(), ""),
                segments);
    }

    /** Whether a place is this folder or below it. */
    boolean contains(FileLocation other) {
        return scheme.equals(other.scheme)
                && authority.equalsIgnoreCase(other.authority)
                && segments.size() <= other.segments.size()
                && segments.equals(other.segments.subList(0, segments.size()));
    }

    boolean isLocal() {
        return scheme.equals(LOCAL);
    }

    /** The path without scheme and authority. */
    String path() {
        return "/" + String.join("/", segments);
    }

    /** A place that this folder contains, with the authority as it was allowed. */
    Path toFlink(FileLocation inside) {
        return new Path(scheme, authority.isEmpty() ? null : authority, inside.path());
    }
}

package io.flinkllava.flink.pictures;

import java.net.IDN;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host that may be asked.
 *
 * @param name in lower case and ASCII
 * @param withSubdomains whether all names below it are meant, and not itself
 * @param port or {@link #USUAL_PORT}
 */
record HostRule(String name, boolean withSubdomains, int port) {

    static final int USUAL_PORT = -1;

    private static final Pattern SPELLING =
            Pattern.compile("(\\*\\.)?(\\[[0-9a-fA-F:.]+]|[^\\s/:*@?#\\[\\]]+)(?::(\\d{1,5}))?");

    /**
     * Reads {@code example.org}, {@code *.example.org}, either with {@code :port}.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static HostRule parse(String text) {
        Matcher parts = SPELLING.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "The allowed host '"
                            + text
                            + "' is wrong: write img.example.org, *.example.org or"
                            + " img.example.org:8080");
        }
        int port = parts.group(3) == null ? USUAL_PORT : Integer.parseInt(parts.group(3));
        String name = parts.group(2);
        // An IPv6 address, or a name that may be written in any script.
        String ascii = name.startsWith("[") ? name : IDN.toASCII(name);
        return new HostRule(normalized(ascii), parts.group(1) != null, port);
    }

    /** A host's ASCII name as it is compared. */
    static String normalized(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /**
     * Whether this host is meant.
     *
     * @param host normalized
     * @param usual the usual port of its scheme
     */
    boolean allows(String host, int hostPort, int usual) {
        boolean named = withSubdomains ? host.endsWith("." + name) : host.equals(name);
        return named && hostPort == (port == USUAL_PORT ? usual : port);
    }
}

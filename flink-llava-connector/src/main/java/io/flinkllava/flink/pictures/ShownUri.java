package io.flinkllava.flink.pictures;

/** A reference as messages show it: short, without secrets and without a picture inside. */
final class ShownUri {

    private static final int LONGEST = 200;

    private ShownUri() {}

    /**
     * Leaves out the query and fragment, which may be signatures, and who is logged in; of a {@code
     * data:} URI everything.
     */
    static String of(String uri) {
        if (uri.regionMatches(true, 0, "data:", 0, 5)) {
            return "The data: URI of " + uri.length() + " characters";
        }
        String shown = uri.strip();
        if (shown.regionMatches(true, 0, "http", 0, 4)) {
            shown = shown.replaceAll("[?#].*", "");
        }
        shown = shown.replaceFirst("://[^/]*@", "://");
        shown = shown.replaceAll("\\p{Cntrl}", "?");
        return shown.length() <= LONGEST ? shown : shown.substring(0, LONGEST) + "...";
    }
}

package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.RequestLimits;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * Which pictures a job may read by path or URI, and what a reading may cost. References come from
 * records and so from strangers; what is not named here is refused.
 *
 * @param prefixes folders of Flink's file systems whose files may be read, such as {@code
 *     /data/photos} or {@code s3://bucket/photos}: whole path segments, everything below. A path
 *     without a scheme is one of Flink's default file system.
 * @param hosts that may be asked by {@code http} and {@code https}: {@code img.example.org}, {@code
 *     *.example.org} for all names below it, or either with a port of its own, as in {@code
 *     img.example.org:8080}; without one, the scheme's usual port. Names that lead to addresses
 *     inside your network are refused.
 * @param privateHosts the same, for hosts inside your network: their addresses may be private or
 *     the machine's own, though never those where clouds keep their credentials
 * @param maxBytes encoded size of one picture, from 1 to {@link LimitedBytes#LARGEST}; more is
 *     never taken into memory
 * @param connectLimit how long one connection may take to be made, above zero
 * @param readLimit how long the reading of one picture may take altogether, redirects included,
 *     above zero
 */
public record PictureAccess(
        List<String> prefixes,
        List<String> hosts,
        List<String> privateHosts,
        int maxBytes,
        Duration connectLimit,
        Duration readLimit)
        implements Serializable {

    /** No path and no host; what is allowed is added to it. */
    public static final PictureAccess NONE =
            new PictureAccess(
                    List.of(),
                    List.of(),
                    List.of(),
                    RequestLimits.DEFAULT.maxImageBytes(),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(30));

    /**
     * Checks how all of it is written; nothing is resolved or opened.
     *
     * @throws IllegalArgumentException if a prefix or host is no such thing or a number is out of
     *     range
     */
    public PictureAccess {
        prefixes = List.copyOf(prefixes);
        hosts = List.copyOf(hosts);
        privateHosts = List.copyOf(privateHosts);
        prefixes.forEach(FileLocation::parsePrefix);
        hosts.forEach(HostRule::parse);
        privateHosts.forEach(HostRule::parse);
        var unused = new LimitedBytes(maxBytes); // Refuses what is no limit.
        requirePositive("connect-limit", connectLimit);
        requirePositive("read-limit", readLimit);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " is " + value + ", it must be above zero");
        }
    }

    /** Allows these folders in place of those before. */
    public PictureAccess withPrefixes(List<String> value) {
        return new PictureAccess(value, hosts, privateHosts, maxBytes, connectLimit, readLimit);
    }

    /** Allows these hosts in place of those before. */
    public PictureAccess withHosts(List<String> value) {
        return new PictureAccess(prefixes, value, privateHosts, maxBytes, connectLimit, readLimit);
    }

    /** Allows these hosts of your own network in place of those before. */
    public PictureAccess withPrivateHosts(List<String> value) {
        return new PictureAccess(prefixes, hosts, value, maxBytes, connectLimit, readLimit);
    }

    /** Takes pictures of up to so many encoded bytes. */
    public PictureAccess withMaxBytes(int value) {
        return new PictureAccess(prefixes, hosts, privateHosts, value, connectLimit, readLimit);
    }

    /** Gives up a connection that is not made in this time. */
    public PictureAccess withConnectLimit(Duration value) {
        return new PictureAccess(prefixes, hosts, privateHosts, maxBytes, value, readLimit);
    }

    /** Gives up a picture that is not read in this time. */
    public PictureAccess withReadLimit(Duration value) {
        return new PictureAccess(prefixes, hosts, privateHosts, maxBytes, connectLimit, value);
    }
}

package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaException;
import org.apache.hc.client5.http.DnsResolver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Decides whom the client may connect to. It is the client's own resolver of names, so the
 * addresses that were checked are the ones that are connected to, and a name that changes its mind
 * in between gains nothing.
 */
final class AllowedHosts implements DnsResolver {

    private static final int LONGEST_NAME = 253;
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final List<HostRule> hosts;
    private final List<HostRule> privateHosts;
    private final HostResolver resolver;

    AllowedHosts(PictureAccess access, HostResolver resolver) {
        this.hosts = access.hosts().stream().map(HostRule::parse).toList();
        this.privateHosts = access.privateHosts().stream().map(HostRule::parse).toList();
        this.resolver = resolver;
    }

    /**
     * Checks scheme, host and port, before anything is resolved.
     *
     * @param shown how messages call it
     */
    void check(URI uri, String shown) {
        String host = uri.getHost();
        if (host == null || host.length() > LONGEST_NAME || uri.getRawUserInfo() != null) {
            throw LlavaException.input(
                    shown + " is not read: write https://host/path, without user and password.");
        }
        if (!allows(hosts, uri) && !allows(privateHosts, uri)) {
            throw LlavaException.input(
                    shown
                            + " is not allowed: "
                            + host
                            + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                            + " is none of the job's allowed hosts.");
        }
    }

    private static boolean allows(List<HostRule> rules, URI uri) {
        int usual = uri.getScheme().equalsIgnoreCase("https") ? HTTPS_PORT : HTTP_PORT;
        int port = uri.getPort() < 0 ? usual : uri.getPort();
        String host = HostRule.normalized(uri.getHost());
        return rules.stream().anyMatch(rule -> rule.allows(host, port, usual));
    }

    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
        return Arrays.stream(checked(host, mayBePrivate(host, port)))
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    /** Without a port nothing private is allowed. */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        return checked(host, false);
    }

    private InetAddress[] checked(String host, boolean mayBePrivate) throws UnknownHostException {
        InetAddress[] addresses = resolver.resolve(host);
        for (InetAddress address : addresses) {
            AddressKind kind = AddressKind.of(address);
            if (kind == AddressKind.FORBIDDEN || (kind == AddressKind.PRIVATE && !mayBePrivate)) {
                throw LlavaException.input(
                        "The host "
                                + host
                                + " is not allowed: it leads to an address that is not of the"
                                + " open internet.");
            }
        }
        return addresses;
    }

    // Of the scheme nothing is known here; check has seen it.
    private boolean mayBePrivate(String host, int port) {
        String name = HostRule.normalized(host);
        return privateHosts.stream()
                .anyMatch(
                        rule ->
                                rule.allows(name, port, HTTP_PORT)
                                        || rule.allows(name, port, HTTPS_PORT));
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}

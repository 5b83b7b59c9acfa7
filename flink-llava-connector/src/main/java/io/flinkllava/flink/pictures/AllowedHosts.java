package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaException;
import org.apache.hc.client5.http.DnsResolver;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Decides whom the client may connect to. It is the client's own resolver of names, so the
 * addresses that were checked are the ones that are connected to, and a name that changes its mind
 * in between gains nothing.
 */
final class AllowedHosts implements DnsResolver {

    private static final int LONGEST_NAME = 253;

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
        int usual = uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
        int port = uri.getPort() < 0 ? usual : uri.getPort();
        String host = HostRule.normalized(uri.getHost());
        return rules.stream().anyMatch(rule -> rule.allows(host, port, usual));
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = resolver.resolve(host);
        boolean mayBePrivate = isPrivate(host);
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

    // The port was checked before; here a name is either of the own network or not.
    private boolean isPrivate(String host) {
        String name = HostRule.normalized(host);
        return privateHosts.stream().anyMatch(rule -> rule.allows(name, rule.port(), rule.port()));
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}

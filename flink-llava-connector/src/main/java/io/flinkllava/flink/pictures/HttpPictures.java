package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.cert.CertificateException;
import java.util.Set;

/**
 * Pictures on web servers. Every hop of a redirect is checked like the first, the client connects
 * to the addresses that {@link AllowedHosts} checked, and knows no proxy, cookie or password.
 */
final class HttpPictures implements PicturePlace, Closeable {

    private static final int MAX_REDIRECTS = 5;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> TRY_AGAIN = Set.of(408, 425, 429);
    private static final int SERVER_ERROR = 500;
    private static final int OK = 200;

    private final AllowedHosts hosts;
    private final LimitedBytes limit;
    private final CloseableHttpClient client;

    HttpPictures(PictureAccess access, HostResolver resolver, SSLContext trust, int connections) {
        this.hosts = new AllowedHosts(access, resolver);
        this.limit = new LimitedBytes(access.maxBytes());
        this.client = client(access, hosts, trust, connections);
    }

    private static CloseableHttpClient client(
            PictureAccess access, AllowedHosts hosts, SSLContext trust, int connections) {
        Timeout silence = Timeout.of(access.readLimit());
        ClientTlsStrategyBuilder tls = ClientTlsStrategyBuilder.create();
        if (trust != null) {
            tls.setSslContext(trust);
        }
        return HttpClientBuilder.create()
                .setConnectionManager(
                        PoolingHttpClientConnectionManagerBuilder.create()
                                .setDnsResolver(hosts)
                                .setTlsSocketStrategy(tls.buildClassic())
                                .setMaxConnTotal(connections)
                                .setMaxConnPerRoute(connections)
                                .setDefaultSocketConfig(
                                        SocketConfig.custom().setSoTimeout(silence).build())
                                .setDefaultConnectionConfig(
                                        ConnectionConfig.custom()
                                                .setConnectTimeout(
                                                        Timeout.of(access.connectLimit()))
                                                .setSocketTimeout(silence)
                                                .build())
                                .build())
                .setDefaultRequestConfig(
                        RequestConfig.custom()
                                .setResponseTimeout(silence)
                                .setConnectionRequestTimeout(silence)
                                .setProtocolUpgradeEnabled(false)
                                .setAuthenticationEnabled(false)
                                .build())
                .setUserAgent("flink-llava")
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableContentCompression()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
    }

    @Override
    public byte[] read(Reading reading) throws IOException {
        URI uri = parse(reading.uri());
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            Answer answer = ask(uri, reading);
            if (answer.picture() != null) {
                return answer.picture();
            }
            uri = redirected(uri, answer.location(), reading.uri());
        }
        throw LlavaException.input(
                ShownUri.of(reading.uri())
                        + " is redirected more than "
                        + MAX_REDIRECTS
                        + " times.");
    }

    private static URI parse(String uri) {
        try {
            return new URI(uri.strip());
        } catch (URISyntaxException e) {
            // The cause is left out: it quotes the whole URI.
            throw LlavaException.input(
                    ShownUri.of(uri) + " is no valid URI: escape special characters with %.");
        }
    }

    private static URI redirected(URI from, String location, String original) {
        try {
            URI to = from.resolve(new URI(location));
            String scheme = to.getScheme();
            boolean downgrade =
                    from.getScheme().equalsIgnoreCase("https") && !"https".equals(scheme);
            if (Set.of("http", "https").contains(scheme) && !downgrade) {
                return to;
            }
        } catch (URISyntaxException e) {
            // Refused like any other place.
        }
        throw LlavaException.input(
                ShownUri.of(original) + " is redirected to a place that is not read.");
    }

    private Answer ask(URI uri, Reading reading) throws IOException {
        String shown = ShownUri.of(uri.toString());
        hosts.check(uri, shown);
        HttpGet request = new HttpGet(uri);
        reading.waitsFor(request::cancel);
        try {
            HttpHost target = new HttpHost(uri.getScheme(), uri.getHost(), uri.getPort());
            return answer(client.executeOpen(target, request, null), reading, shown);
        } catch (SSLPeerUnverifiedException e) {
            throw untrusted(shown, e);
        } catch (IOException e) {
            if (e.getCause() instanceof CertificateException) {
                throw untrusted(shown, e);
            }
            throw e;
        } finally {
            // Hangs up, unless all was read: closing the response would read what is left.
            request.cancel();
        }
    }

    private Answer answer(ClassicHttpResponse response, Reading reading, String shown)
            throws IOException {
        int status = response.getCode();
        Header location = response.getFirstHeader("Location");
        if (REDIRECTS.contains(status) && location != null) {
            return new Answer(null, location.getValue());
        }
        if (status != OK) {
            throw refused(status, shown);
        }
        return new Answer(content(response.getEntity(), reading), null);
    }

    private byte[] content(HttpEntity entity, Reading reading) throws IOException {
        if (entity == null) {
            return new byte[0];
        }
        return limit.read(entity.getContent(), entity.getContentLength(), reading.uri());
    }

    private static LlavaException refused(int status, String shown) {
        boolean mayComeBack = status >= SERVER_ERROR || TRY_AGAIN.contains(status);
        return new LlavaException(
                mayComeBack ? LlavaErrorCode.UNAVAILABLE : LlavaErrorCode.INPUT,
                shown + " was not given by its server: HTTP status " + status + ".");
    }

    private static LlavaException untrusted(String shown, IOException cause) {
        return new LlavaException(
                LlavaErrorCode.INPUT,
                shown + " is not read: the certificate of its server is not trusted.",
                cause);
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }

    /** A picture, or where it is said to be instead. */
    private record Answer(byte[] picture, String location) {}
}

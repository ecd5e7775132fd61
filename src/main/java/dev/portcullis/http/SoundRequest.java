package dev.portcullis.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;

/**
 * What the HTTP parser lets pass although two parsers could read it differently. Nothing of that kind is served or relayed, because the
 * difference is what request smuggling lives on (RFC 9112 §3.2, §6.1, §11.2).
 */
public final class SoundRequest {

    private SoundRequest() {}

    /** Whether the request has one meaning only; otherwise the right answer is 400, and no more requests on this connection. */
    public static boolean isSound(HttpServerRequest request) {
        String target = request.uri();
        if (target.isEmpty()
                || target.charAt(0) != '/'
                || target.indexOf('#') >= 0
                || request.headers().contains("")) {
            return false;
        }
        return request.version() == HttpVersion.HTTP_2 || hasOneHost(request) && isPlainlyFramed(request);
    }

    private static boolean hasOneHost(HttpServerRequest request) {
        List<String> hosts = request.headers().getAll("Host");
        if (hosts.isEmpty()) {
            return request.version() == HttpVersion.HTTP_1_0;
        }
        return hosts.size() == 1 && isAuthority(hosts.get(0));
    }

    /** The parser has seen to lengths; of codings it takes any list that ends in chunked, but none besides is understood here. */
    private static boolean isPlainlyFramed(HttpServerRequest request) {
        String coding = request.getHeader("Transfer-Encoding");
        return coding == null || coding.equalsIgnoreCase("chunked");
    }

    /** RFC 3986 §3.2.2, without user information. */
    private static boolean isAuthority(String host) {
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean word = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!word && ".-_~!$&'()*+;=%:[]".indexOf(c) < 0) {
                return false;
            }
        }
        return !host.isEmpty();
    }
}

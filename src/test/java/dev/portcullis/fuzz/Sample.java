package dev.portcullis.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A request in its parts.
 *
 * @param headers whole lines, without the ones that frame the body
 */
record Sample(String method, String target, List<String> headers, String body) {

    Sample {
        headers = List.copyOf(headers);
    }

    static Sample get(String target, String... headers) {
        return new Sample("GET", target, List.of(headers), "");
    }

    static Sample form(String target, String body, String... headers) {
        return post(target, "application/x-www-form-urlencoded", body, headers);
    }

    static Sample json(String target, String body, String... headers) {
        return post(target, "application/json", body, headers);
    }

    private static Sample post(String target, String type, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Type: " + type);
        return new Sample("POST", target, all, body);
    }

    /** With a length that is right: whatever else is wrong with it, it is one request, and one answer is due. */
    byte[] bytes(String host) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(method + ' ' + target + " HTTP/1.1\r\nHost: " + host + "\r\n");
        headers.forEach(header -> head.append(header).append("\r\n"));
        if (content.length > 0 || method.equals("POST")) {
            head.append("Content-Length: ").append(content.length).append("\r\n");
        }
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] whole = new byte[start.length + content.length];
        System.arraycopy(start, 0, whole, 0, start.length);
        System.arraycopy(content, 0, whole, start.length, content.length);
        return whole;
    }

    /** Whether a server reads it as one request, whose end it knows. */
    boolean isFramed() {
        String head = method + target + String.join("", headers);
        String lower = String.join("\n", headers).toLowerCase(java.util.Locale.ROOT);
        return head.chars().noneMatch(c -> c == '\r' || c == '\n')
                && !head.contains("\u0000")
                && !method.equals("HEAD")
                && !method.isEmpty()
                && target.indexOf(' ') < 0
                && !lower.contains("transfer-encoding")
                && !lower.contains("content-length")
                && !lower.contains("upgrade")
                && !lower.contains("expect");
    }
}

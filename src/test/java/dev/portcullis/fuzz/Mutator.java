package dev.portcullis.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes a request wrong in one to four places. */
final class Mutator {
    /** What parsers, pages, headers and stores have stumbled over. */
    private static final List<String> DICTIONARY = List.of(
            "",
            "%",
            "%0",
            "%zz",
            "%00",
            "%ff",
            "%c0%ae",
            "%0d%0aX-Injected:%201",
            "\r\nX-Injected: 1",
            "\n",
            "\u0000",
            "\u007f",
            "\u00ff",
            "\ud83d\ude00",
            "<script>x</script>",
            "%3Cscript%3Ex%3C/script%3E",
            "\"><img src=x onerror=x>",
            "%22%3E%3Cimg%20src%3Dx%20onerror%3Dx%3E",
            "${jndi:ldap://x}",
            "{{7*7}}",
            "../",
            "..%2f",
            "//",
            "\\",
            "#",
            "?",
            "&",
            "&&==&",
            "=",
            ";",
            "+",
            " ",
            ",",
            ":",
            "\"",
            "'",
            "{",
            "}",
            "[",
            "]",
            "null",
            "true",
            "-1",
            "1e999",
            "99999999999999999999",
            "{\"a\":",
            "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            "\\ud800",
            "\\u0000",
            "eyJhbGciOiJub25lIn0.e30.",
            "pcc_a.b.c",
            "pcr_",
            "Bearer",
            "Basic ",
            "Basic !!!",
            "https://evil.example/",
            "javascript:alert(1)",
            "urn:",
            "client_id=x&client_id=y",
            "&state=a&state=b",
            "&scope=%20%20&resource=",
            "&redirect_uri=");

    private final Random random;

    Mutator(Random random) {
        this.random = random;
    }

    Sample mutate(Sample sample, Sample other) {
        Sample mutated = sample;
        int times = 1 + random.nextInt(4);
        for (int i = 0; i < times; i++) {
            mutated = once(mutated, other);
        }
        return mutated;
    }

    private Sample once(Sample sample, Sample other) {
        switch (random.nextInt(10)) {
            case 0:
                return new Sample(sample.method(), sample.target(), sample.headers(), other.body());
            case 1:
                return new Sample(sample.method(), other.target(), sample.headers(), sample.body());
            case 2:
                return new Sample(
                        random.nextInt(4) == 0 ? text(sample.method()) : other.method(),
                        sample.target(),
                        sample.headers(),
                        sample.body());
            case 3:
            case 4:
                return new Sample(sample.method(), sample.target(), headers(sample.headers(), other), sample.body());
            case 5:
            case 6:
            case 7:
                return sample.body().isEmpty()
                        ? new Sample(sample.method(), text(sample.target()), sample.headers(), sample.body())
                        : new Sample(sample.method(), sample.target(), sample.headers(), text(sample.body()));
            default:
                return new Sample(sample.method(), text(sample.target()), sample.headers(), sample.body());
        }
    }

    /** Anything at all, whole: framing included. */
    byte[] raw(byte[] request) {
        List<Byte> bytes = new ArrayList<>();
        for (byte b : request) {
            bytes.add(b);
        }
        int times = 1 + random.nextInt(8);
        for (int i = 0; i < times && !bytes.isEmpty(); i++) {
            int at = random.nextInt(bytes.size());
            switch (random.nextInt(4)) {
                case 0 -> bytes.set(at, (byte) random.nextInt(256));
                case 1 -> bytes.remove(at);
                case 2 -> bytes.add(at, (byte) random.nextInt(256));
                default ->
                    bytes.subList(at, Math.min(bytes.size(), at + random.nextInt(40)))
                            .clear();
            }
        }
        byte[] result = new byte[bytes.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = bytes.get(i);
        }
        return result;
    }

    private List<String> headers(List<String> headers, Sample other) {
        List<String> all = new ArrayList<>(headers);
        if (all.isEmpty() || random.nextInt(3) == 0) {
            all.addAll(other.headers());
            all.add(
                    random.nextBoolean()
                            ? "Cookie: portcullis_browser=" + text("x".repeat(43))
                            : "X-Forwarded-For: " + text("1.2.3.4"));
        } else {
            int at = random.nextInt(all.size());
            all.set(at, text(all.get(at)));
        }
        return all;
    }

    private String text(String text) {
        int at = text.isEmpty() ? 0 : random.nextInt(text.length());
        int end = Math.min(text.length(), at + random.nextInt(12));
        String word = DICTIONARY.get(random.nextInt(DICTIONARY.size()));
        switch (random.nextInt(7)) {
            case 0:
                return text.substring(0, at);
            case 1:
                return text.substring(0, at) + text.substring(end);
            case 2:
                return text.substring(0, at) + word.repeat(1 + random.nextInt(3)) + text.substring(end);
            case 3:
                return text.substring(0, at) + (char) random.nextInt(256) + text.substring(end);
            case 4:
                return text.substring(0, at)
                        + text.substring(at, end).repeat(1 + random.nextInt(60))
                        + text.substring(end);
            case 5:
                return random.nextInt(50) == 0 ? text + "A".repeat(1 << random.nextInt(18)) : text + word;
            default:
                return text.substring(0, at) + word + text.substring(at);
        }
    }
}

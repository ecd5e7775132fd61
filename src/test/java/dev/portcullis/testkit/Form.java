package dev.portcullis.testkit;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Form encoding, and the forms of pages. */
public final class Form {
    private static final Pattern HIDDEN =
            Pattern.compile("<input[^>]*type=\"hidden\"[^>]*name=\"([^\"]*)\"[^>]*value=\"([^\"]*)\"");

    private Form() {}

    /** Names and values in turn. */
    public static String encode(String... pairs) {
        List<String> encoded = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            encoded.add(encodeText(pairs[i]) + "=" + encodeText(pairs[i + 1]));
        }
        return String.join("&", encoded);
    }

    static List<Map.Entry<String, String>> parse(String query) {
        List<Map.Entry<String, String>> pairs = new ArrayList<>();
        for (String pair : query.split("&")) {
            String[] halves = pair.split("=", 2);
            pairs.add(Map.entry(decode(halves[0]), halves.length > 1 ? decode(halves[1]) : ""));
        }
        return pairs;
    }

    /** The hidden fields of a page's form, encoded, followed by what the person adds. */
    public static String fill(String page, String... pairs) {
        Matcher matcher = HIDDEN.matcher(page);
        List<String> fields = new ArrayList<>();
        while (matcher.find()) {
            fields.add(matcher.group(1));
            fields.add(matcher.group(2).replace("&amp;", "&"));
        }
        fields.addAll(List.of(pairs));
        return encode(fields.toArray(String[]::new));
    }

    private static String encodeText(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Refreshes until it has COUNT access tokens, then calls once with each. Arguments: gateway, client id, refresh token, count, process id. */
final class Cold {
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":{\"message\":\"hello\"}}}";

    public static void main(String[] args) throws Exception {
        List<String> tokens = tokens(args[0], args[1], args[2], Integer.parseInt(args[3]));
        int half = tokens.size() / 2;
        call(args[0], tokens.subList(0, half));
        long cpu = ticks(args[4]);
        long from = System.nanoTime();
        call(args[0], tokens.subList(half, tokens.size()));
        double seconds = (System.nanoTime() - from) / 1e9;
        double cpuSeconds = (ticks(args[4]) - cpu) / 100.0;
        System.out.printf(
                "%d calls, each with a token of its own: %.0f/s, %.0f for each CPU second of the gateway%n",
                tokens.size() - half, (tokens.size() - half) / seconds, (tokens.size() - half) / cpuSeconds);
    }

    private static List<String> tokens(String gateway, String clientId, String refreshToken, int count) throws Exception {
        List<String> tokens = new ArrayList<>();
        String refresh = refreshToken;
        while (tokens.size() < count) {
            String form = "grant_type=refresh_token&client_id=" + URLEncoder.encode(clientId, StandardCharsets.UTF_8)
                    + "&refresh_token=" + refresh;
            HttpResponse<String> answer = CLIENT.send(
                    HttpRequest.newBuilder(URI.create(gateway + "/token"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(form))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 503 || answer.statusCode() == 429) {
                // The budget of calls to Cognito, or of calls from one address.
                Thread.sleep(100);
                continue;
            }
            if (answer.statusCode() != 200) {
                throw new IOException("no token: " + answer.body());
            }
            tokens.add(member(answer.body(), "access_token"));
            refresh = member(answer.body(), "refresh_token");
        }
        return tokens;
    }

    private static void call(String gateway, List<String> tokens) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(16);
        List<Future<?>> calls = new ArrayList<>();
        for (String token : tokens) {
            calls.add(callers.submit(() -> {
                HttpResponse<Void> answer = CLIENT.send(
                        HttpRequest.newBuilder(URI.create(gateway + "/bench/mcp"))
                                .header("Content-Type", "application/json")
                                .header("Accept", "application/json, text/event-stream")
                                .header("Authorization", "Bearer " + token)
                                .POST(HttpRequest.BodyPublishers.ofString(CALL))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
                if (answer.statusCode() != 200) {
                    throw new IOException("status " + answer.statusCode());
                }
                return null;
            }));
        }
        for (Future<?> call : calls) {
            call.get();
        }
        callers.shutdown();
    }

    /** User and system time, in hundredths of a second. */
    private static long ticks(String pid) throws IOException {
        String[] stat = Files.readString(Path.of("/proc", pid, "stat")).replaceFirst(".*\\) ", "").split(" ");
        return Long.parseLong(stat[11]) + Long.parseLong(stat[12]);
    }

    private static String member(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        if (!matcher.find()) {
            throw new IllegalStateException(name + " is missing");
        }
        return matcher.group(1);
    }
}

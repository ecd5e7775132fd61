import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Refreshes again and again, and prints the access token of each time. Arguments: gateway, client id, refresh token, count. */
final class Refreshes {
    public static void main(String[] args) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        String refresh = args[2];
        for (int i = 0; i < Integer.parseInt(args[3]); i++) {
            String form = "grant_type=refresh_token&client_id=" + URLEncoder.encode(args[1], StandardCharsets.UTF_8)
                    + "&refresh_token=" + refresh;
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(args[0] + "/token"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(form))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("no token: " + answer.body());
            }
            System.out.println(member(answer.body(), "access_token"));
            refresh = member(answer.body(), "refresh_token");
        }
    }

    private static String member(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        if (!matcher.find()) {
            throw new IllegalStateException(name + " is missing");
        }
        return matcher.group(1);
    }
}

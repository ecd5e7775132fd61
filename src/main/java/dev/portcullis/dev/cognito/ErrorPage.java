package dev.portcullis.dev.cognito;

import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** {@code GET /error}: where the browser stays when it must not be sent back, status 400. */
final class ErrorPage {
    private final Pages pages;
    private final Addresses addresses;
    private final Faults faults;

    ErrorPage(Pages pages, Addresses addresses, Faults faults) {
        this.pages = pages;
        this.addresses = addresses;
        this.faults = faults;
    }

    void handle(RoutingContext ctx) {
        render(ctx, 400, new Parameters(ctx.queryParams()).get("error").orElse("unknown"));
    }

    void render(RoutingContext ctx, int status, String error) {
        pages.render(ctx, status, "cognito/error.jte", Map.of("error", error, "advice", advice(error)));
    }

    void redirect(RoutingContext ctx, String error, Optional<String> clientId) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("error", error);
        clientId.ifPresent(id -> query.put("client_id", id));
        Reply.redirect(ctx, AuthorizeResponse.append(addresses.domain() + "/error", query));
    }

    /** Whether this error goes to the page instead of the redirect URI. */
    boolean takes(String error) {
        return faults.errorForm() == Faults.ErrorForm.ERROR_PAGE && error.equals("invalid_scope");
    }

    private static String advice(String error) {
        return switch (error) {
            case "redirect_mismatch" ->
                "The redirect_uri is not among the callback URLs registered for this app client. They are compared"
                        + " character by character.";
            case "Client does not exist" -> "The pool has no app client with this client_id.";
            case "Required parameters missing" -> "client_id and redirect_uri have to be there, each once.";
            case "invalid_state" -> "The state contains a percent sign, which Cognito does not take.";
            case "invalid_scope" -> "A scope that was asked for is not enabled for this app client.";
            case "invalid_csrf_token" -> "Go back, reload the sign-in page and try again; it needs cookies.";
            case "logout_mismatch" -> "The logout_uri is not among the sign-out URLs registered for this app client.";
            default -> "The application that sent you here made a request that could not be understood.";
        };
    }
}

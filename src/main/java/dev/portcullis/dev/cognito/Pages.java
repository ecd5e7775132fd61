package dev.portcullis.dev.cognito;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Renders the templates compiled at build time, which escape what they echo, under a policy that allows no script. */
final class Pages {
    private final TemplateEngine engine = TemplateEngine.createPrecompiled(ContentType.Html);

    void render(RoutingContext ctx, int status, String template, Map<String, Object> parameters) {
        String nonce = UUID.randomUUID().toString();
        Map<String, Object> all = new HashMap<>(parameters);
        all.put("nonce", nonce);
        StringOutput html = new StringOutput();
        engine.render(template, all, html);
        Reply.neverCache(ctx);
        // No form-action: browsers hold redirects after the form to it, and the next hop is the client's own URL.
        ctx.response()
                .putHeader(
                        "Content-Security-Policy",
                        "default-src 'none'; img-src data:; style-src 'nonce-" + nonce
                                + "'; base-uri 'none'; frame-ancestors 'none'")
                .putHeader("Referrer-Policy", "same-origin");
        Reply.send(ctx, status, "text/html;charset=UTF-8", Buffer.buffer(html.toString()));
    }
}

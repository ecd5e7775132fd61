package dev.portcullis.mcp;

import dev.portcullis.mcp.tools.AnswerFilter;
import dev.portcullis.mcp.tools.Inspection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.util.Locale;
import java.util.Optional;

/**
 * What an upstream's tool policy makes of one exchange; without a policy, nothing.
 *
 * @param inspected whether the upstream has a policy, so that its answers must come unencoded
 * @param body of the request, where it had to be read already
 * @param answers how the answer is looked into, where it may hold lists of tools
 */
record Passage(boolean inspected, Optional<Buffer> body, Optional<Inspection> answers) {
    static final Passage PLAIN = new Passage(false, Optional.empty(), Optional.empty());

    /** What the answer has to go through. */
    Optional<AnswerFilter> filter(HttpClientResponse answer) {
        String type = answer.getHeader("Content-Type");
        return answers.flatMap(inspection -> inspection.filter(
                type == null ? "" : type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT)));
    }

    /** Whether the answer is one that cannot be looked into, though it should be. */
    boolean isOpaque(HttpClientResponse answer) {
        String encoding = answer.getHeader("Content-Encoding");
        return answers.isPresent() && encoding != null && !encoding.equalsIgnoreCase("identity");
    }
}

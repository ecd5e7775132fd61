package dev.portcullis.dev.redis;

import java.util.List;

/** Redis could not be started. The message is one sentence that says what to do; Redis' last lines follow it. */
public final class LocalRedisException extends Exception {
    private static final long serialVersionUID = 1L;

    LocalRedisException(String sentence) {
        super(sentence);
    }

    LocalRedisException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    static LocalRedisException withOutput(String sentence, List<String> lastLines) {
        return new LocalRedisException(
                lastLines.isEmpty() ? sentence : sentence + " It said:\n  " + String.join("\n  ", lastLines));
    }
}

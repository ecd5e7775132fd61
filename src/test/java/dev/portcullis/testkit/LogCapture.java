package dev.portcullis.testkit;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.portcullis.ops.JsonLines;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;

/** The lines that a logger writes while this is open, as `serve` writes them. */
public final class LogCapture implements AutoCloseable {
    private final Logger logger;
    private final Lines lines = new Lines();

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final JsonLines encoder = new JsonLines();
        private final List<String> written = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            written.add(new String(encoder.encode(event), StandardCharsets.UTF_8));
        }
    }

    private LogCapture(String name) {
        this.logger = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(name);
        lines.setContext(logger.getLoggerContext());
        lines.start();
        logger.addAppender(lines);
    }

    /** @param name of the logger; {@code ROOT} for all that hand on what they write */
    public static LogCapture of(String name) {
        return new LogCapture(name);
    }

    /** Everything written so far, by whatever test. */
    public String text() {
        return String.join("", lines.written);
    }

    public List<JsonObject> lines(Predicate<JsonObject> which) {
        return lines.written.stream().map(JsonObject::new).filter(which).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(lines);
    }
}

package dev.portcullis;

import ch.qos.logback.classic.LoggerContext;
import java.util.Arrays;
import org.slf4j.LoggerFactory;

/** How the program logs: JSON for machines, text for people. */
final class Logs {
    private static final String CONFIGURATION = "logback.configurationFile";

    private Logs() {}

    /** To be called before the first logger is made. A configuration that the operator names stands. */
    static void choose(String[] args) {
        if (System.getProperty(CONFIGURATION) != null || Arrays.asList(args).contains("serve")) {
            return;
        }
        System.setProperty(CONFIGURATION, "logback-text.xml");
        if (!Arrays.asList(args).contains("dev")) {
            // Standard output is for what the command has to say.
            System.setProperty("portcullis.log.target", "System.err");
            System.setProperty("portcullis.log.level", "WARN");
        }
        if (Arrays.asList(args).contains("doctor")) {
            // Whose report says the same, once and in order.
            System.setProperty("portcullis.log.level", "OFF");
            System.setProperty("portcullis.log.redis", "OFF");
        }
    }

    /** Writes what still waits to be written. Nothing can be logged after it. */
    static void flush() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }
}

package dev.portcullis.pages;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The stylesheet of all pages.
 *
 * @param path changes with the content, so that browsers may keep it for ever
 */
public record Stylesheet(String path, String content) {

    static Stylesheet load() {
        try (InputStream in = Stylesheet.class.getResourceAsStream("portcullis.css")) {
            if (in == null) {
                throw new IllegalStateException("portcullis.css is missing from the program");
            }
            byte[] content = in.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return new Stylesheet(
                    "/assets/portcullis-" + HexFormat.of().formatHex(digest, 0, 6) + ".css",
                    new String(content, StandardCharsets.UTF_8));
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("portcullis.css cannot be read", e);
        }
    }
}

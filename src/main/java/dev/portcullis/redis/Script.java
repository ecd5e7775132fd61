package dev.portcullis.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A Lua script: one atomic step on one key or one hash tag, Redis 6.2 commands only.
 *
 * @param name for logs and metrics
 * @param sha1 what {@code EVALSHA} calls it
 */
public record Script(String name, String source, String sha1) {

    /** Reads {@code name.lua} beside the class that owns it. */
    public static Script of(Class<?> owner, String name) {
        try (InputStream in = owner.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("no script " + name + ".lua beside " + owner.getName());
            }
            byte[] source = in.readAllBytes();
            byte[] sha1 = MessageDigest.getInstance("SHA-1").digest(source);
            return new Script(
                    name,
                    new String(source, StandardCharsets.UTF_8),
                    HexFormat.of().formatHex(sha1));
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("cannot read the script " + name, e);
        }
    }
}

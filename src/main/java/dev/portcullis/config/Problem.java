package dev.portcullis.config;

/**
 * One thing wrong with a configuration file.
 *
 * @param path where, as keys joined by dots ({@code cognito.issuer}); empty for the file as a whole
 * @param message what is wrong and what to do about it; never holds a secret
 */
public record Problem(String path, String message) {

    @Override
    public String toString() {
        return path.isEmpty() ? message : path + ": " + message;
    }
}

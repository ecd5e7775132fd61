package dev.portcullis.dev.mcp;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.Set;

/** The arguments of a tool call. Every reader throws {@link InvalidArguments} with a sentence the caller can act on. */
record Arguments(JsonObject members) {
    /** Checks that there is nothing but these. */
    void only(String... names) {
        var known = Set.of(names);
        members.fieldNames().stream()
                .filter(name -> !known.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new InvalidArguments("Unknown argument: " + name + ".");
                });
    }

    String string(String name) {
        if (members.getValue(name) instanceof String text) {
            return text;
        }
        throw new InvalidArguments(name + " must be a string.");
    }

    BigDecimal number(String name) {
        if (members.getValue(name) instanceof Number number) {
            try {
                return new BigDecimal(number.toString());
            } catch (NumberFormatException infinite) {
                throw new InvalidArguments(name + " is too large.");
            }
        }
        throw new InvalidArguments(name + " must be a number.");
    }

    int integer(String name, int least, int most) {
        try {
            var value = number(name).intValueExact();
            if (value >= least && value <= most) {
                return value;
            }
        } catch (ArithmeticException fraction) {
            // Said below, with the range.
        }
        throw new InvalidArguments(name + " must be a whole number from " + least + " to " + most + ".");
    }

    /** What is wrong with the arguments of a call. */
    static final class InvalidArguments extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InvalidArguments(String message) {
            super(message, null, false, false);
        }
    }
}

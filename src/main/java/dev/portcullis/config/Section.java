package dev.portcullis.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads one mapping of the file, key by key, and writes down what is wrong instead of stopping at the first problem. A reader that fails
 * answers a harmless stand-in; the file is refused as a whole afterwards, so no stand-in is ever used.
 */
final class Section {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})\\s*(B|KiB|MiB)");

    private final String path;
    private final JsonNode node;
    private final Interpolation interpolation;
    private final List<Problem> problems;
    private final Set<String> known = new HashSet<>();

    Section(String path, JsonNode node, Interpolation interpolation, List<Problem> problems) {
        this.path = path;
        this.interpolation = interpolation;
        this.problems = problems;
        if (node.isObject() || node.isNull() || node.isMissingNode()) {
            this.node = node;
        } else {
            this.node = JsonNodeFactory.instance.objectNode();
            problems.add(new Problem(path, "must be a mapping of keys to values"));
        }
    }

    String text(String key) {
        return optionalText(key).orElseGet(() -> {
            problem(key, "is missing");
            return "";
        });
    }

    String text(String key, String fallback) {
        return optionalText(key).orElse(fallback);
    }

    Optional<String> optionalText(String key) {
        return value(key).flatMap(value -> scalar(at(key), value)).filter(text -> !text.isBlank());
    }

    Optional<Secret> secret(String key) {
        return optionalText(key).map(Secret::new);
    }

    boolean flag(String key, boolean fallback) {
        return parsed(key, "must be true or false", fallback, text -> switch (text) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        });
    }

    int integer(String key, int fallback, int min, int max) {
        return parsed(key, "must be a whole number from " + min + " to " + max, fallback, text -> {
            try {
                return Optional.of(Integer.parseInt(text)).filter(n -> n >= min && n <= max);
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        });
    }

    double decimal(String key, double fallback, double min, double max) {
        return parsed(key, "must be a number from " + min + " to " + max, fallback, text -> {
            try {
                return Optional.of(Double.parseDouble(text)).filter(n -> n >= min && n <= max);
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        });
    }

    /** A size in bytes, written as {@code 512B}, {@code 32KiB} or {@code 1MiB}. */
    int bytes(String key, int fallback, int min, int max) {
        return parsed(key, "must be a size such as 32KiB, from " + min + "B to " + max + "B", fallback, text -> {
            Matcher matcher = SIZE.matcher(text);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            long unit = matcher.group(2).equals("B") ? 1 : matcher.group(2).equals("KiB") ? 1024 : 1024 * 1024;
            long bytes = Long.parseLong(matcher.group(1)) * unit;
            return bytes < min || bytes > max ? Optional.empty() : Optional.of((int) bytes);
        });
    }

    /** A span of time, written as {@code 500ms}, {@code 30s}, {@code 10m}, {@code 1h} or {@code 30d}. */
    Duration duration(String key, Duration fallback, Duration min, Duration max) {
        return parsed(
                key,
                "must be a time such as 30s or 10m, from " + readable(min) + " to " + readable(max),
                fallback,
                text -> {
                    Matcher matcher = DURATION.matcher(text);
                    if (!matcher.matches()) {
                        return Optional.empty();
                    }
                    long amount = Long.parseLong(matcher.group(1));
                    Duration duration = switch (matcher.group(2)) {
                        case "ms" -> Duration.ofMillis(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "h" -> Duration.ofHours(amount);
                        default -> Duration.ofDays(amount);
                    };
                    return duration.compareTo(min) < 0 || duration.compareTo(max) > 0
                            ? Optional.empty()
                            : Optional.of(duration);
                });
    }

    <E extends Enum<E>> E choice(String key, E fallback) {
        E[] choices = fallback.getDeclaringClass().getEnumConstants();
        String names = Arrays.stream(choices).map(Section::readable).collect(Collectors.joining(", "));
        return parsed(
                key,
                "must be one of " + names,
                fallback,
                text -> Arrays.stream(choices)
                        .filter(choice -> readable(choice).equals(text))
                        .findFirst());
    }

    List<String> texts(String key, List<String> fallback) {
        Optional<JsonNode> value = value(key);
        if (value.isEmpty()) {
            return fallback;
        }
        if (!value.get().isArray()) {
            problem(key, "must be a list, such as [a, b]");
            return fallback;
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < value.get().size(); i++) {
            scalar(at(key) + "[" + i + "]", value.get().get(i)).ifPresent(texts::add);
        }
        return List.copyOf(texts);
    }

    Section section(String key) {
        return new Section(at(key), value(key).orElse(JsonNodeFactory.instance.missingNode()), interpolation, problems);
    }

    /** The mappings below {@code key}, by name, in the file's order. */
    Map<String, Section> sections(String key) {
        Map<String, Section> sections = new LinkedHashMap<>();
        Section parent = section(key);
        parent.node.fields().forEachRemaining(field -> sections.put(field.getKey(), parent.section(field.getKey())));
        return sections;
    }

    /** The mappings in the list {@code key}. */
    List<Section> list(String key) {
        Optional<JsonNode> value = value(key);
        if (value.isPresent() && !value.get().isArray()) {
            problem(key, "must be a list of mappings, each beginning with -");
            return List.of();
        }
        List<Section> sections = new ArrayList<>();
        for (int i = 0; value.isPresent() && i < value.get().size(); i++) {
            sections.add(new Section(at(key) + "[" + i + "]", value.get().get(i), interpolation, problems));
        }
        return sections;
    }

    /** The secrets below {@code key}, by name, in the file's order. */
    Map<String, Secret> secrets(String key) {
        Map<String, Secret> secrets = new LinkedHashMap<>();
        Section parent = section(key);
        parent.node
                .fieldNames()
                .forEachRemaining(name -> parent.secret(name).ifPresent(value -> secrets.put(name, value)));
        return secrets;
    }

    /** The texts below {@code key}, by name, in the file's order. */
    Map<String, String> textsByName(String key) {
        Map<String, String> texts = new LinkedHashMap<>();
        Section parent = section(key);
        parent.node
                .fieldNames()
                .forEachRemaining(name -> parent.optionalText(name).ifPresent(value -> texts.put(name, value)));
        return texts;
    }

    void problem(String key, String message) {
        problems.add(new Problem(at(key), message));
    }

    /** To be called after the last key was read: whatever else is there is a typing error, or meant for another version. */
    void refuseUnknownKeys() {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                problem(
                        name,
                        "is not a known key; known here: "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        });
    }

    private <T> T parsed(String key, String complaint, T fallback, Function<String, Optional<T>> parser) {
        Optional<String> text = optionalText(key);
        if (text.isEmpty()) {
            return fallback;
        }
        return parser.apply(text.get().trim()).orElseGet(() -> {
            problem(key, complaint);
            return fallback;
        });
    }

    private Optional<JsonNode> value(String key) {
        known.add(key);
        JsonNode value = node.path(key);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    private Optional<String> scalar(String where, JsonNode value) {
        if (!value.isValueNode()) {
            problems.add(new Problem(where, "must be a single value"));
            return Optional.empty();
        }
        try {
            return Optional.of(interpolation.resolve(value.asText()));
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(where, String.valueOf(e.getMessage())));
            // Reported already; a stand-in keeps "is missing" from being reported too.
            return Optional.of("unresolved");
        }
    }

    private String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String readable(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    private static String readable(Duration duration) {
        long ms = duration.toMillis();
        if (ms % 86_400_000 == 0) {
            return duration.toDays() + "d";
        }
        return ms % 3_600_000 == 0
                ? duration.toHours() + "h"
                : ms % 60_000 == 0
                        ? duration.toMinutes() + "m"
                        : ms % 1000 == 0 ? duration.toSeconds() + "s" : ms + "ms";
    }
}

package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The table of requirements")
class RequirementsTest {
    private static final Pattern ID = Pattern.compile("\\b(?:AS|CR|IDP|RS|GW|TR|SEC)-[0-9]{1,2}\\b");
    private static final Path TABLE = Path.of("src/test/requirements.md");
    /** Begins the last column of a rule that no test can show. */
    private static final String UNTESTED = "none: ";

    /** @param tests names of files without their endings, or a sentence that says why there are none */
    private record Row(String id, String rule, String source, String tests) {
        static Row of(String line) {
            String[] cells = line.split("\\|", -1);
            assertThat(cells).as(line).hasSize(7);
            return new Row(cells[1].trim(), cells[3].trim(), cells[4].trim(), cells[5].trim());
        }

        boolean isTested() {
            return !tests.startsWith(UNTESTED);
        }

        Set<String> testNames() {
            return Arrays.stream(tests.split(",")).map(String::trim).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    @DisplayName("has one row for each rule, with a sentence and a source")
    void rows() throws IOException {
        List<Row> rows = readTable();
        assertThat(rows).extracting(Row::id).doesNotHaveDuplicates().hasSizeGreaterThan(100);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.rule()).endsWith(".");
            assertThat(row.source()).isNotBlank();
        });
    }

    @Test
    @DisplayName("names for each rule tests that quote it, or says why there are none")
    void everyRuleIsTested() throws IOException {
        Map<String, Set<String>> quotes = quotesInTests();
        assertThat(readTable()).allSatisfy(row -> {
            if (row.isTested()) {
                assertThat(quotes.getOrDefault(row.id(), Set.of()))
                        .as("the tests that quote " + row.id())
                        .containsAll(row.testNames());
            } else {
                assertThat(row.tests()).as(row.id()).hasSizeGreaterThan(UNTESTED.length() + 10);
                assertThat(quotes)
                        .as("tests, though the table says there are none")
                        .doesNotContainKey(row.id());
            }
        });
    }

    @Test
    @DisplayName("knows every rule that a test quotes")
    void everyQuoteIsARule() throws IOException {
        Set<String> ids = readTable().stream().map(Row::id).collect(Collectors.toSet());
        assertThat(ids).containsAll(quotesInTests().keySet());
    }

    private static List<Row> readTable() throws IOException {
        return Files.readAllLines(TABLE).stream()
                .filter(line -> ID.matcher(line).lookingAt()
                        || line.startsWith("| ") && ID.matcher(line).find())
                .map(Row::of)
                .toList();
    }

    /** From each id to the names of the files that quote it. */
    private static Map<String, Set<String>> quotesInTests() throws IOException {
        Map<String, Set<String>> quotes = new TreeMap<>();
        for (Path file : testFiles()) {
            String name = file.getFileName().toString().replaceFirst("(\\.test)?\\.(java|mjs)$", "");
            Matcher ids = ID.matcher(Files.readString(file));
            while (ids.find()) {
                quotes.computeIfAbsent(ids.group(), id -> new TreeSet<>()).add(name);
            }
        }
        return quotes;
    }

    private static List<Path> testFiles() throws IOException {
        try (Stream<Path> java = Files.walk(Path.of("src/test/java"));
                Stream<Path> javaScript = Files.list(Path.of("src/e2e"))) {
            return Stream.concat(java, javaScript)
                    .filter(file -> file.toString().matches(".*(Test\\.java|\\.test\\.mjs)"))
                    .toList();
        }
    }
}

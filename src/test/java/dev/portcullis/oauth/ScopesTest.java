package dev.portcullis.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scope sets behave as sets that remember the order they came in. */
class ScopesTest {

    @ParameterizedTest
    @DisplayName("AS-36: the spaces that clients send around and between scopes change nothing")
    @CsvSource({"' offline_access',offline_access", "'a  b ','a b'", "'a a b a','a b'", "' ',''"})
    void spacesChangeNothing(String sent, String read) {
        assertThat(Scopes.parse(sent).orElseThrow()).hasToString(read);
    }

    @Property
    @Label("what is written is read again as the same set")
    void writtenAndReadAgain(@ForAll("tokens") List<String> tokens) {
        Scopes scopes = Scopes.of(tokens);
        assertThat(Scopes.parse(scopes.toString())).hasValue(scopes);
        assertThat(scopes.tokens()).doesNotHaveDuplicates().hasSameElementsAs(tokens);
    }

    @Property
    @Label("AS-32: narrowing never gives more than either side has, and is the same when done twice")
    void narrowing(@ForAll("tokens") List<String> left, @ForAll("tokens") List<String> right) {
        Scopes narrowed = Scopes.of(left).intersect(right);
        Set<String> both = new HashSet<>(left);
        both.retainAll(right);
        assertThat(narrowed.tokens()).containsExactlyInAnyOrderElementsOf(both);
        assertThat(narrowed.intersect(right)).isEqualTo(narrowed);
        assertThat(Scopes.of(left).containsAll(narrowed.tokens())).isTrue();
    }

    @Property(tries = 2000)
    @Label("AS-19: whatever text is read, every scope in the set is one that RFC 6749 allows")
    void whateverIsReadIsAllowed(@ForAll String text) {
        Scopes.parse(text).ifPresent(scopes -> {
            assertThat(scopes.tokens()).hasSizeLessThanOrEqualTo(64);
            assertThat(scopes.tokens()).allMatch(token -> token.matches("[\\x21\\x23-\\x5B\\x5D-\\x7E]+"));
        });
    }

    @Provide
    Arbitrary<List<String>> tokens() {
        return Arbitraries.oneOf(
                        Arbitraries.of("openid", "email", "mcp:demo", "offline_access", "a"),
                        Arbitraries.strings()
                                .withCharRange('#', '[')
                                .ofMinLength(1)
                                .ofMaxLength(12))
                .list()
                .ofMaxSize(20);
    }
}

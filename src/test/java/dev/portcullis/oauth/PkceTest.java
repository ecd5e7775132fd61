package dev.portcullis.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Proof key for code exchange. */
class PkceTest {

    @Test
    void theExampleOfTheSpecification() {
        // AS-14, AS-26; RFC 7636 appendix B
        assertThat(Pkce.codeChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
                .isEqualTo("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    @Property
    @Label("AS-26: a challenge is 43 characters of base64url and belongs to one verifier")
    void aChallengeBelongsToOneVerifier(@ForAll("verifiers") String one, @ForAll("verifiers") String other) {
        assertThat(Pkce.isCodeVerifier(one)).isTrue();
        assertThat(Pkce.codeChallenge(one)).matches("[A-Za-z0-9_-]{43}");
        Assume.that(!one.equals(other));
        assertThat(Pkce.codeChallenge(one)).isNotEqualTo(Pkce.codeChallenge(other));
    }

    @Property
    @Label("AS-26: shorter, longer, or with one character of another kind, it is no verifier")
    void whatIsNoVerifier(
            @ForAll("verifiers") String verifier, @ForAll("wrongCharacters") char wrong, @ForAll int place) {
        int at = Math.floorMod(place, verifier.length());
        assertThat(Pkce.isCodeVerifier(verifier.substring(0, at) + wrong + verifier.substring(at + 1)))
                .isFalse();
        assertThat(Pkce.isCodeVerifier(verifier.substring(0, 42))).isFalse();
        assertThat(Pkce.isCodeVerifier((verifier + verifier + verifier + verifier).substring(0, 129)))
                .isFalse();
        assertThat(Pkce.isCodeVerifier(verifier + "\n")).isFalse();
    }

    @Provide
    Arbitrary<String> verifiers() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withCharRange('A', 'Z')
                .withCharRange('0', '9')
                .withChars("-._~")
                .ofMinLength(43)
                .ofMaxLength(128);
    }

    @Provide
    Arbitrary<Character> wrongCharacters() {
        return Arbitraries.chars().filter(c -> !String.valueOf(c).matches("[A-Za-z0-9._~-]"));
    }
}

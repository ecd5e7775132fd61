package dev.portcullis.oauth.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Authenticator;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.oauth.RedirectUri;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A client id is the registration itself: what went in comes out, and nothing else is one. */
class ClientIdCodecTest {
    private static final ClientIdCodec CODEC = codec();
    private static final ClientIdCodec OF_ANOTHER_RING = codec();

    @Property(tries = 300)
    @Label("CR-9: what was registered comes out of the id again")
    void whatWentInComesOut(@ForAll("registrations") JsonObject metadata, @ForAll("times") long issuedAt) {
        Client client = CODEC.issue(metadata, issuedAt, "salt");
        assertThat(CODEC.decode(client.id())).hasValue(client);
        assertThat(client.name()).isEqualTo(Optional.ofNullable(metadata.getString("client_name")));
        assertThat(client.redirectUris().stream().map(RedirectUri::value).toList())
                .isEqualTo(metadata.getJsonArray("redirect_uris").getList());
        assertThat(client.id()).matches("[\\x21-\\x7E]+").doesNotStartWith("https://");
    }

    @Property(tries = 1000)
    @Label("a client id with any one bit changed is none")
    void aFlippedBit(@ForAll("registrations") JsonObject metadata, @ForAll int place, @ForAll int bit) {
        String id = CODEC.issue(metadata, 1, "salt").id();
        int at = Math.floorMod(place, id.length());
        char flipped = (char) (id.charAt(at) ^ (1 << Math.floorMod(bit, 7)));
        assertThat(CODEC.decode(id.substring(0, at) + flipped + id.substring(at + 1)))
                .isEmpty();
    }

    @Property(tries = 300)
    @Label("a client id cut short, or with anything behind it, is none")
    void cutShort(@ForAll("registrations") JsonObject metadata, @ForAll int place) {
        String id = CODEC.issue(metadata, 1, "salt").id();
        assertThat(CODEC.decode(id.substring(0, Math.floorMod(place, id.length()))))
                .isEmpty();
        assertThat(CODEC.decode(id + "A")).isEmpty();
        assertThat(CODEC.decode(id + "\n")).isEmpty();
        assertThat(CODEC.decode(id + "=")).isEmpty();
    }

    @Property(tries = 300)
    @Label("a client id made with the keys of somebody else is none, nor is one put together from two")
    void anotherKey(@ForAll("registrations") JsonObject one, @ForAll("registrations") JsonObject two) {
        assertThat(OF_ANOTHER_RING.decode(CODEC.issue(one, 1, "salt").id())).isEmpty();
        Assume.that(!one.equals(two));
        String[] left = CODEC.issue(one, 1, "salt").id().split("\\.");
        String[] right = CODEC.issue(two, 1, "salt").id().split("\\.");
        assertThat(CODEC.decode(left[0] + '.' + left[1] + '.' + right[2])).isEmpty();
    }

    @Property(tries = 2000)
    @Label("no other text is a client id, and none makes the codec stumble")
    void anyOtherText(@ForAll("texts") String text) {
        assertThat(CODEC.decode(text)).isEmpty();
    }

    @Property(tries = 100)
    @Label("a secret belongs to one client id")
    void aSecretBelongsToOneClient(@ForAll("registrations") JsonObject metadata) {
        Client one = CODEC.issue(metadata, 1, "salt");
        Client two = CODEC.issue(metadata, 1, "pepper");
        assertThat(CODEC.secretOf(one)).hasSize(43).isEqualTo(CODEC.secretOf(one));
        assertThat(CODEC.secretOf(one)).isNotEqualTo(CODEC.secretOf(two));
        assertThat(one.id()).doesNotContain(CODEC.secretOf(one));
    }

    @Provide
    Arbitrary<JsonObject> registrations() {
        Arbitrary<List<String>> uris = Arbitraries.strings()
                .alpha()
                .ofMinLength(1)
                .ofMaxLength(10)
                .map(path -> "https://a.example/" + path)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
        return Combinators.combine(
                        Arbitraries.strings().ofMaxLength(40).injectNull(0.2),
                        uris,
                        Arbitraries.of(Client.AuthMethod.values()),
                        Arbitraries.of("native", "web").injectNull(0.5))
                .as((name, redirectUris, method, type) -> {
                    JsonObject metadata = new JsonObject()
                            .put("redirect_uris", new JsonArray(redirectUris))
                            .put("grant_types", new JsonArray().add("authorization_code"))
                            .put("token_endpoint_auth_method", method.value());
                    if (name != null) {
                        metadata.put("client_name", wellFormed(name));
                    }
                    if (type != null) {
                        metadata.put("application_type", type);
                    }
                    return metadata;
                });
    }

    @Provide
    Arbitrary<Long> times() {
        return Arbitraries.longs().between(0, 4_000_000_000L);
    }

    @Provide
    Arbitrary<String> texts() {
        String someMac = "A".repeat(43);
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(200),
                Arbitraries.strings().alpha().ofMaxLength(60).map(payload -> "pcc_x." + payload + "." + someMac),
                Arbitraries.strings().ascii().ofMaxLength(60).map(payload -> "pcc_" + payload));
    }

    /** Half a surrogate pair is no character, and no JSON text holds one. */
    private static String wellFormed(String text) {
        return text.codePoints()
                .filter(c -> Character.getType(c) != Character.SURROGATE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static ClientIdCodec codec() {
        return new ClientIdCodec(new Authenticator(KeyRing.generate(InstantSource.system())));
    }
}

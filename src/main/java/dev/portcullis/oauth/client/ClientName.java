package dev.portcullis.oauth.client;

import java.util.Set;

/**
 * A {@code client_name} without what cannot be seen. Names come with joiners between emoji, with soft hyphens and byte order marks, and with
 * emoji younger than this Java: no reason to turn a client away. What reorders text stays in, to be refused: it is there to deceive.
 */
final class ClientName {
    private static final int ZERO_WIDTH_JOINER = 0x200D;
    private static final int EMOJI_PRESENTATION = 0xFE0F;
    // Unicode Standard Annex #9, table 1: the formatting characters of the bidirectional algorithm.
    private static final Set<Integer> BIDI =
            Set.of(0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069);

    private ClientName() {}

    static String clean(String name) {
        int[] all = name.codePoints().toArray();
        StringBuilder clean = new StringBuilder(name.length());
        for (int i = 0; i < all.length; i++) {
            if (!isInvisible(all[i]) || joins(all, i)) {
                clean.appendCodePoint(all[i]);
            }
        }
        return clean.toString();
    }

    /** Whether {@link ClientMetadata} may let it through: a joiner is left where emoji are joined only. */
    static boolean isJoiner(int codePoint) {
        return codePoint == ZERO_WIDTH_JOINER;
    }

    private static boolean isInvisible(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.UNASSIGNED || (type == Character.FORMAT && !BIDI.contains(codePoint));
    }

    private static boolean joins(int[] all, int at) {
        return all[at] == ZERO_WIDTH_JOINER
                && at > 0
                && at + 1 < all.length
                && isEmoji(all[at - 1])
                && isEmoji(all[at + 1]);
    }

    private static boolean isEmoji(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.OTHER_SYMBOL || type == Character.MODIFIER_SYMBOL || codePoint == EMOJI_PRESENTATION;
    }
}

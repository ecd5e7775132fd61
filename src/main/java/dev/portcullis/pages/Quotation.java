package dev.portcullis.pages;

/**
 * Something that a stranger has sent, as it can be shown: so long and no longer, and without the characters that cannot be seen or that reorder
 * the text around them (Unicode TR 36 §2.6).
 */
public record Quotation(String text) {
    private static final int LONGEST = 200;

    public static Quotation of(String sent) {
        StringBuilder shown = new StringBuilder();
        int[] visible = sent.codePoints()
                .filter(Quotation::isVisible)
                .limit(LONGEST + 1L)
                .toArray();
        for (int i = 0; i < Math.min(visible.length, LONGEST); i++) {
            shown.appendCodePoint(visible[i]);
        }
        return new Quotation(visible.length > LONGEST ? shown.append('…').toString() : shown.toString());
    }

    private static boolean isVisible(int codePoint) {
        switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR:
                return false;
            default:
                return true;
        }
    }
}

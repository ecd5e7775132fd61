package dev.portcullis.doctor;

import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.check.Result;

/**
 * A report for people: grouped by subject, each remedy below what it is for.
 *
 * @param unicode whether the terminal can show more than ASCII
 * @param colour whether it is a terminal
 */
public record Table(boolean unicode, boolean colour) {

    public String of(Report report) {
        int width = report.results().stream()
                .mapToInt(result -> label(result).length())
                .max()
                .orElse(0);
        StringBuilder text = new StringBuilder();
        String subject = "";
        for (Result result : report.results()) {
            if (!result.subject().equals(subject)) {
                subject = result.subject();
                text.append(text.isEmpty() ? "" : "\n").append(bold(subject)).append('\n');
            }
            String label = label(result);
            text.append("  ")
                    .append(mark(result.outcome()))
                    .append(' ')
                    .append(label)
                    .append(" ".repeat(width - label.length() + 2))
                    .append(shown(result.outcome().finding()))
                    .append('\n');
            result.outcome()
                    .remedy()
                    .ifPresent(remedy -> text.append("      ")
                            .append(unicode ? "→ " : "-> ")
                            .append(shown(remedy))
                            .append('\n'));
        }
        return text.append('\n')
                .append(report.count(Outcome.Passed.class))
                .append(" passed, ")
                .append(report.count(Outcome.Warned.class))
                .append(" warned, ")
                .append(report.count(Outcome.Failed.class))
                .append(" failed, ")
                .append(report.count(Outcome.Skipped.class))
                .append(" skipped\n")
                .toString();
    }

    private static String label(Result result) {
        return result.id().substring(result.subject().length() + 1)
                + result.about().map(about -> " " + about).orElse("");
    }

    private String mark(Outcome outcome) {
        if (outcome instanceof Outcome.Passed) {
            return paint("32", unicode ? "✓" : "+");
        }
        if (outcome instanceof Outcome.Warned) {
            return paint("33", "!");
        }
        return outcome instanceof Outcome.Failed ? paint("31", unicode ? "✗" : "x") : "-";
    }

    /** Servers are quoted here and there, and must not write to the terminal. */
    private String shown(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return unicode ? plain : plain.replace('…', '.').replaceAll("[^\\x20-\\x7E]", "?");
    }

    private String bold(String text) {
        return paint("1", text);
    }

    private String paint(String code, String text) {
        return colour ? "\u001B[" + code + "m" + text + "\u001B[0m" : text;
    }
}

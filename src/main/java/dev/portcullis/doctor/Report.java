package dev.portcullis.doctor;

import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.doctor.check.Result;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What the doctor found. */
public record Report(List<Result> results) {

    public long count(Class<? extends Outcome> kind) {
        return results.stream()
                .filter(result -> kind.isInstance(result.outcome()))
                .count();
    }

    /** 0 where nothing is wrong; 2 where something does not work; 1 for warnings alone, if they are asked for. */
    public int exitCode(boolean strict) {
        if (count(Outcome.Failed.class) > 0) {
            return 2;
        }
        return strict && count(Outcome.Warned.class) > 0 ? 1 : 0;
    }

    /** For programs: members are added in time, and never change. */
    public JsonObject json() {
        JsonArray checks = new JsonArray();
        for (Result result : results) {
            JsonObject check = new JsonObject().put("id", result.id());
            result.about().ifPresent(about -> check.put("about", about));
            check.put("outcome", word(result.outcome()))
                    .put("finding", result.outcome().finding());
            result.outcome().remedy().ifPresent(remedy -> check.put("remedy", remedy));
            checks.add(check.put("millis", result.took().toMillis()));
        }
        return new JsonObject()
                .put("outcome", exitCode(true) == 0 ? "passed" : exitCode(true) == 1 ? "warned" : "failed")
                .put("passed", count(Outcome.Passed.class))
                .put("warned", count(Outcome.Warned.class))
                .put("failed", count(Outcome.Failed.class))
                .put("skipped", count(Outcome.Skipped.class))
                .put("checks", checks);
    }

    static String word(Outcome outcome) {
        if (outcome instanceof Outcome.Passed) {
            return "passed";
        }
        if (outcome instanceof Outcome.Warned) {
            return "warned";
        }
        return outcome instanceof Outcome.Failed ? "failed" : "skipped";
    }
}

package dev.portcullis.k8s;

import com.google.gson.Gson;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** YAML as JSON, and ways through it. */
final class Yamls {
    private Yamls() {}

    static List<JsonObject> parse(String yaml) {
        List<JsonObject> documents = new ArrayList<>();
        Gson gson = new Gson();
        new Yaml(new SafeConstructor(new LoaderOptions()))
                .loadAll(yaml)
                .forEach(document -> documents.add(new JsonObject(gson.toJson(document))));
        return documents;
    }

    static List<JsonObject> read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /** The object at the end of a path such as {@code spec.template.spec}. */
    static JsonObject at(JsonObject object, String path) {
        JsonObject found = object;
        for (String name : path.split("\\.")) {
            found = Optional.ofNullable(found.getJsonObject(name))
                    .orElseThrow(() -> new AssertionError("no " + path + " in " + object.encode()));
        }
        return found;
    }

    /** The objects of the array at the end of a path; none where there is no array. */
    static List<JsonObject> list(JsonObject object, String path) {
        int last = path.lastIndexOf('.');
        JsonObject holder = last < 0 ? object : at(object, path.substring(0, last));
        return holder.getJsonArray(path.substring(last + 1), new JsonArray()).stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    static String name(JsonObject document) {
        return document.getJsonObject("metadata").getString("name");
    }
}

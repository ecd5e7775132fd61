package dev.portcullis.k8s;

import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code kubectl apply -k} sends to a cluster. Without a kubectl, which the environment variable KUBECTL or the PATH names, its sources:
 * those of the base and its own, as they are.
 */
final class Overlay {
    static final Path ROOT = Path.of("k8s");
    private static final Logger LOG = LoggerFactory.getLogger(Overlay.class);

    private final String name;
    private final boolean rendered;
    private final List<JsonObject> documents;

    private Overlay(String name, boolean rendered, List<JsonObject> documents) {
        this.name = name;
        this.rendered = rendered;
        this.documents = documents;
    }

    static Overlay of(String name) throws IOException {
        Optional<String> kubectl = kubectl();
        if (kubectl.isPresent()) {
            return new Overlay(name, true, Yamls.parse(render(kubectl.get(), name)));
        }
        LOG.warn(
                "no kubectl on the PATH: the sources of overlay {} are looked at, not what kustomize makes of them",
                name);
        List<JsonObject> documents = new ArrayList<>(sources(ROOT.resolve("base")));
        documents.addAll(sources(ROOT.resolve("overlays").resolve(name)));
        return new Overlay(name, false, documents);
    }

    static List<Overlay> all() throws IOException {
        return List.of(of("demo"), of("production"));
    }

    private static Optional<String> kubectl() {
        return Optional.ofNullable(System.getenv("KUBECTL"))
                .or(() -> Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(folder -> folder + "/kubectl")
                        .filter(file -> new File(file).canExecute())
                        .findFirst());
    }

    /** In a copy, with the secrets that a person would write into the demo. */
    private static String render(String kubectl, String name) throws IOException {
        Path copy = Files.createTempDirectory("k8s");
        try {
            List<Path> files;
            try (Stream<Path> walk = Files.walk(ROOT)) {
                files = walk.filter(Files::isRegularFile).toList();
            }
            for (Path file : files) {
                Path target = copy.resolve(ROOT.relativize(file).toString());
                Files.createDirectories(target.resolveSibling(""));
                Files.copy(file, target);
            }
            Path example = copy.resolve("overlays/demo/secrets.env.example");
            Files.writeString(example.resolveSibling("secrets.env"), Files.readString(example));
            Path errors = copy.resolve("errors");
            Process process = new ProcessBuilder(
                            kubectl,
                            "kustomize",
                            copy.resolve("overlays/" + name).toString())
                    .redirectError(errors.toFile())
                    .start();
            String yaml = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError("kubectl kustomize: " + Files.readString(errors));
            }
            return yaml;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            delete(copy);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private static List<JsonObject> sources(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
        List<JsonObject> documents = new ArrayList<>();
        for (Path file : files) {
            Yamls.read(file).stream()
                    .filter(document -> document.containsKey("kind")
                            && !document.getString("kind").equals("Kustomization"))
                    .forEach(documents::add);
        }
        return documents;
    }

    String name() {
        return name;
    }

    /** Whether kustomize has made it; else it is sources. */
    boolean rendered() {
        return rendered;
    }

    Path file(String file) {
        return ROOT.resolve("overlays").resolve(name).resolve(file);
    }

    JsonObject kustomization() throws IOException {
        return Yamls.read(file("kustomization.yaml")).get(0);
    }

    List<JsonObject> documents() {
        return documents;
    }

    List<JsonObject> all(String kind) {
        return documents.stream()
                .filter(document -> document.getString("kind").equals(kind))
                .toList();
    }

    JsonObject one(String kind) {
        List<JsonObject> found = all(kind);
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " of " + kind + " in " + name);
        }
        return found.get(0);
    }

    JsonObject one(String kind, String called) {
        return all(kind).stream()
                .filter(document -> Yamls.name(document).equals(called))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + called + " in " + name));
    }

    JsonObject deployment() {
        return one("Deployment", "portcullis");
    }

    static JsonObject pod(JsonObject deployment) {
        return Yamls.at(deployment, "spec.template.spec");
    }

    static JsonObject container(JsonObject deployment) {
        return Yamls.list(pod(deployment), "containers").get(0);
    }

    @Override
    public String toString() {
        return name + (rendered ? ", rendered" : ", sources");
    }
}

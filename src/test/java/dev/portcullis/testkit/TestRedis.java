package dev.portcullis.testkit;

import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.dev.redis.LocalRedisException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;

/** The Redis of a test run: {@code REDIS_URL}, else a container where a Docker engine answers, else a process of our own. Says which. */
public final class TestRedis {
    private static final Logger LOG = LoggerFactory.getLogger(TestRedis.class);

    private TestRedis() {}

    /** One for the whole run; started when first asked for. */
    public static String url() {
        return Holder.URL;
    }

    private static final class Holder {
        static final String URL = choose();

        private static String choose() {
            Optional<String> given =
                    Optional.ofNullable(System.getenv("REDIS_URL")).filter(url -> !url.isBlank());
            if (given.isPresent()) {
                LOG.info("tests use the Redis of REDIS_URL");
                return given.get();
            }
            if (DockerClientFactory.instance().isDockerAvailable()) {
                // Lives as long as this process; Testcontainers removes it.
                GenericContainer<?> container = new GenericContainer<>("redis:7-alpine").withExposedPorts(6379);
                container.start();
                LOG.info("tests use Redis in a container");
                return "redis://" + container.getHost() + ":" + container.getMappedPort(6379);
            }
            try {
                LocalRedis local = LocalRedis.start(LocalRedis.Options.standard());
                LOG.info("no REDIS_URL and no Docker engine: tests use {}", local.origin());
                return local.url();
            } catch (LocalRedisException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}

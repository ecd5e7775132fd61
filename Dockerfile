# The gateway, without a shell in its way: any of docker, buildah and podman builds it. Base images are arguments, for registries of
# your own. RUNTIME_IMAGE needs no shell. TRAINING_IMAGE is for one that has none: the very same build of Java, with sh and grep.
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre
ARG TRAINING_IMAGE=${RUNTIME_IMAGE}

FROM ${BUILD_IMAGE} AS build
# `portcullis dev` has no place in production: its Redis, Cognito and MCP server stay out. --build-arg DEV=true keeps them.
ARG DEV=false
WORKDIR /build
COPY pom.xml ./
COPY src/main src/main
RUN --mount=type=cache,target=/repository \
    if [ "$DEV" = true ]; then profile=; else profile=-Pproduction; fi \
 && mvn -B -q -Dmaven.repo.local=/repository -Dmaven.test.skip=true $profile package cyclonedx:makeBom \
 && mkdir -p /app && cp -r target/portcullis.jar target/lib /app/ && cp target/bom.json /app/sbom.json

# A run with the Java of the image, so that starting loads classes that are linked already (JEP 483, 514). It serves nobody, neither Redis
# nor Cognito is there, and it is ended ten seconds after it listens, however long that takes. Netty leaves sun.misc.Unsafe alone from
# Java 24 on, because Java warns about it; with it, a call costs a tenth less CPU.
FROM ${TRAINING_IMAGE} AS trained
USER 0:0
COPY --from=build /app /app
COPY conf/training.yaml /tmp/training.yaml
RUN java -XX:+UseCompactObjectHeaders -jar /app/portcullis.jar keys --out /tmp/keys \
 && { java -XX:AOTCacheOutput=/app/portcullis.aot -XX:+UseCompactObjectHeaders --sun-misc-unsafe-memory-access=allow -Dio.netty.noUnsafe=false -jar /app/portcullis.jar serve --config /tmp/training.yaml >/tmp/training.log & } \
 && gateway=$! && seconds=0 \
 && until grep -q 'Portcullis is open' /tmp/training.log; do sleep 1; seconds=$((seconds + 1)); if [ $seconds -gt 120 ]; then cat /tmp/training.log; exit 1; fi; done \
 && sleep 10 && kill -TERM $gateway && { wait $gateway || true; } \
 && test -s /app/portcullis.aot

# A cache of another build of Java would be passed over with a warning at every start; here it ends the build instead.
FROM ${RUNTIME_IMAGE} AS fitted
COPY --from=trained /app /app
RUN ["java", "-XX:AOTMode=on", "-XX:AOTCache=/app/portcullis.aot", "-XX:+UseCompactObjectHeaders", "-XX:-UsePerfData", "-jar", "/app/portcullis.jar", "--version"]

FROM ${RUNTIME_IMAGE}
LABEL org.opencontainers.image.title="Portcullis" \
      org.opencontainers.image.description="The front door for MCP servers" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=fitted /app /app
# What is mounted there: the configuration, and the keys below it.
WORKDIR /etc/portcullis
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
EXPOSE 8080 9090
# Heap 40 %; Netty's direct memory may have as much, and the rest is the JVM's own. JAVA_TOOL_OPTIONS adds to these.
ENTRYPOINT ["java", "-XX:AOTCache=/app/portcullis.aot", "-XX:+UseCompactObjectHeaders", "--sun-misc-unsafe-memory-access=allow", "-Dio.netty.noUnsafe=false", "-XX:MaxRAMPercentage=40", "-XX:+ExitOnOutOfMemoryError", "-jar", "/app/portcullis.jar"]
CMD ["serve", "--config", "/etc/portcullis/gateway.yaml"]

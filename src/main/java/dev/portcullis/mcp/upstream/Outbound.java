package dev.portcullis.mcp.upstream;

import io.vertx.core.http.HttpClientRequest;

/** A request that has a connection and can be written. */
public record Outbound(HttpClientRequest request, Attempt attempt) {}

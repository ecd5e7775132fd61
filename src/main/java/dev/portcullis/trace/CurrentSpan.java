package dev.portcullis.trace;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;

/**
 * The span of the request that is being handled, kept in the Vert.x context that each request has to itself. A service provider, because
 * Vert.x wants to know what contexts keep before it starts.
 */
public final class CurrentSpan implements VertxServiceProvider {
    // A context made from another one, such as a timer's, goes on with the same.
    private static final ContextLocal<Span> LOCAL = ContextLocal.registerLocal(Span.class, span -> span);

    @Override
    public void init(VertxBootstrap vertx) {
        // To have loaded this class is all it takes.
    }

    /** {@link Span#NONE} where none was set. */
    public static Span get() {
        Context context = Vertx.currentContext();
        Span span = context == null ? null : context.getLocal(LOCAL);
        return span == null ? Span.NONE : span;
    }

    /** For all that goes on in this context; of no effect outside of Vert.x. */
    public static void set(Span span) {
        Context context = Vertx.currentContext();
        if (context != null) {
            context.putLocal(LOCAL, span);
        }
    }

    /**
     * For a future that several requests wait for: it came about in the context of one of them, and what the others do after it must go on in
     * theirs.
     */
    public static <T> Future<T> keep(Future<T> shared) {
        Context own = Vertx.currentContext();
        if (own == null) {
            return shared;
        }
        Promise<T> promise = Promise.promise();
        shared.onComplete(done -> own.runOnContext(back -> promise.handle(done)));
        return promise.future();
    }
}

package dev.portcullis.dev.redis;

/** A program that starts Redis, says its process id, and ends without closing it. */
final class JvmWithRedis {
    private JvmWithRedis() {}

    public static void main(String[] args) throws LocalRedisException {
        System.out.println(LocalRedis.start(LocalRedis.Options.standard().withSearchPath(""))
                .pid());
        System.exit(0);
    }
}

package dev.portcullis.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Which of the 16384 slots of a cluster a key belongs to (Redis Cluster specification, "Key distribution model"). */
final class HashSlot {
    static final int COUNT = 16384;
    // CRC-16/XMODEM.
    private static final int POLYNOMIAL = 0x1021;

    private HashSlot() {}

    static int of(String key) {
        int crc = 0;
        for (byte next : tag(key).getBytes(StandardCharsets.UTF_8)) {
            crc ^= (next & 0xff) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ POLYNOMIAL;
            }
        }
        return (crc & 0xffff) % COUNT;
    }

    /** Of keys that one command names; they have to share it, whatever Redis is used, or a cluster would refuse them. */
    static int of(List<String> keys) {
        int slot = of(keys.get(0));
        if (keys.stream().anyMatch(key -> of(key) != slot)) {
            throw new IllegalArgumentException("keys of different slots in one step");
        }
        return slot;
    }

    /** What stands between the first brace and the next closing one, if anything does. */
    private static String tag(String key) {
        int open = key.indexOf('{');
        int close = key.indexOf('}', open + 1);
        return open < 0 || close < 0 || close == open + 1 ? key : key.substring(open + 1, close);
    }
}

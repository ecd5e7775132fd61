package dev.portcullis.config;

import io.netty.util.NetUtil;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A block of IP addresses (RFC 4632 §3.1, RFC 4291 §2.3). IPv4 addresses mapped into IPv6 count as the IPv4 addresses they are. */
public final class Cidr {
    private static final Pattern FORM = Pattern.compile("([0-9A-Fa-f:.]{2,45})(?:/(\\d{1,3}))?");
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private final byte[] network;
    private final int prefix;

    private Cidr(byte[] network, int prefix) {
        this.network = network;
        this.prefix = prefix;
    }

    /** {@code 10.0.0.0/8}, {@code fd00::/8}, or one address; empty for anything else. */
    public static Optional<Cidr> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return address(matcher.group(1)).flatMap(network -> {
            int bits = network.length * 8;
            int prefix = matcher.group(2) == null ? bits : Integer.parseInt(matcher.group(2));
            return prefix > bits ? Optional.empty() : Optional.of(new Cidr(network, prefix));
        });
    }

    /** The bytes of an address in numbers, 4 or 16; names are never looked up. Empty for anything else. */
    public static Optional<byte[]> address(String text) {
        return Optional.ofNullable(NetUtil.createByteArrayFromIpAddressString(text))
                .map(bytes -> bytes.length == 16 && Arrays.equals(MAPPED, Arrays.copyOf(bytes, MAPPED.length))
                        ? Arrays.copyOfRange(bytes, MAPPED.length, bytes.length)
                        : bytes);
    }

    /** @param address as {@link #address} has it */
    public boolean contains(byte[] address) {
        if (address.length != network.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((address[bit / 8] & mask) != (network[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}

package dev.portcullis.fetch;

import dev.portcullis.config.Cidr;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which IP addresses are the public internet's: all that the IANA registries of special-purpose addresses (RFC 6890) do not set aside, as far
 * as a web site may have one. An IPv4 address inside an IPv6 one counts as what it is.
 */
final class PublicAddresses {
    private static final List<Cidr> SPECIAL_IPV4 = blocks(
            "0.0.0.0/8", // this network
            "10.0.0.0/8", // private use
            "100.64.0.0/10", // shared, behind carrier NAT
            "127.0.0.0/8", // loopback
            "168.63.129.16/32", // Azure's platform, though the registry calls it public
            "169.254.0.0/16", // link-local, where clouds keep their metadata
            "172.16.0.0/12", // private use
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.31.196.0/24", // AS112
            "192.52.193.0/24", // AMT
            "192.88.99.0/24", // 6to4 relays
            "192.168.0.0/16", // private use
            "192.175.48.0/24", // AS112
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4"); // reserved, broadcast
    // RFC 4291 §2.4: everything outside is not global unicast, such as ::1, fc00::/7, fe80::/10, ff00::/8,
    // ::ffff:0:0/96.
    private static final List<Cidr> GLOBAL_IPV6 = blocks("2000::/3");
    private static final List<Cidr> SPECIAL_IPV6 = blocks(
            "2001::/23", // protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4
            "2620:4f:8000::/48", // AS112
            "3fff::/20"); // documentation
    // RFC 6052 §2.1: how a network without IPv4 reaches IPv4 hosts, by DNS64.
    private static final List<Cidr> NAT64 = blocks("64:ff9b::/96");

    private final List<Cidr> denied;

    /** @param denied what the operator refuses besides */
    PublicAddresses(List<Cidr> denied) {
        this.denied = denied;
    }

    boolean contains(InetAddress address) {
        // Bytes, so that no notation matters; the JDK has unwrapped IPv4-mapped addresses.
        return contains(address.getAddress());
    }

    private boolean contains(byte[] address) {
        if (isIn(denied, address)) {
            return false;
        }
        if (address.length == 4) {
            return !isIn(SPECIAL_IPV4, address);
        }
        if (isIn(NAT64, address)) {
            return contains(Arrays.copyOfRange(address, 12, 16));
        }
        return isIn(GLOBAL_IPV6, address) && !isIn(SPECIAL_IPV6, address);
    }

    private static boolean isIn(List<Cidr> blocks, byte[] address) {
        return blocks.stream().anyMatch(block -> block.contains(address));
    }

    private static List<Cidr> blocks(String... texts) {
        return Stream.of(texts).map(Cidr::parse).map(Optional::orElseThrow).toList();
    }
}

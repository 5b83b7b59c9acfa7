package io.flinkllava.flink.pictures;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/** What an address leads to, by IANA's registries of special-purpose addresses (RFC 6890). */
enum AddressKind {
    /** The open internet. */
    PUBLIC,
    /** This machine, or a network that is somebody's own. */
    PRIVATE,
    /** Nothing that serves pictures, or a cloud's credentials: link-local, or among the private. */
    FORBIDDEN;

    private static final List<Block> IPV4 =
            List.of(
                    new Block("0.0.0.0", 8, FORBIDDEN),
                    new Block("10.0.0.0", 8, PRIVATE),
                    new Block("100.100.100.200", 32, FORBIDDEN), // Alibaba's credentials
                    new Block("100.64.0.0", 10, PRIVATE),
                    new Block("127.0.0.0", 8, PRIVATE),
                    new Block("168.63.129.16", 32, FORBIDDEN), // Azure's host agent
                    new Block("169.254.0.0", 16, FORBIDDEN),
                    new Block("172.16.0.0", 12, PRIVATE),
                    new Block("192.0.0.0", 24, FORBIDDEN),
                    new Block("192.0.2.0", 24, FORBIDDEN),
                    new Block("192.88.99.0", 24, FORBIDDEN),
                    new Block("192.168.0.0", 16, PRIVATE),
                    new Block("198.18.0.0", 15, PRIVATE),
                    new Block("198.51.100.0", 24, FORBIDDEN),
                    new Block("203.0.113.0", 24, FORBIDDEN),
                    new Block("224.0.0.0", 4, FORBIDDEN),
                    new Block("240.0.0.0", 4, FORBIDDEN),
                    new Block("0.0.0.0", 0, PUBLIC));

    private static final List<Block> IPV6 =
            List.of(
                    new Block("::1", 128, PRIVATE),
                    new Block("fd00:c1::a9fe:a9fe", 128, FORBIDDEN), // Oracle's credentials
                    new Block("fd00:ec2::", 32, FORBIDDEN), // Amazon's, and more of its services
                    new Block("fd20:ce::254", 128, FORBIDDEN), // Google's
                    new Block("fc00::", 7, PRIVATE),
                    new Block("2001::", 23, FORBIDDEN), // Teredo is inside
                    new Block("2001:db8::", 32, FORBIDDEN),
                    new Block("2002::", 16, FORBIDDEN), // 6to4 may lead to any IPv4 address
                    new Block("3fff::", 20, FORBIDDEN),
                    new Block("2000::", 3, PUBLIC),
                    new Block("::", 0, FORBIDDEN));

    // Java shows ::ffff:a.b.c.d as an IPv4 address by itself; it is here for other ways to make
    // one.
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};
    private static final byte[] NAT64 = {0, 0x64, -1, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

    static AddressKind of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return of(bytes, IPV4);
        }
        byte[] start = Arrays.copyOf(bytes, 12);
        if (Arrays.equals(start, MAPPED) || Arrays.equals(start, NAT64)) {
            return of(Arrays.copyOfRange(bytes, 12, 16), IPV4);
        }
        return of(bytes, IPV6);
    }

    private static AddressKind of(byte[] address, List<Block> blocks) {
        return blocks.stream()
                .filter(block -> block.contains(address))
                .findFirst()
                .orElseThrow()
                .kind;
    }

    /** Addresses that share their first bits. */
    private static final class Block {

        private final byte[] start;
        private final int bits;
        private final AddressKind kind;

        Block(String start, int bits, AddressKind kind) {
            try {
                this.start = InetAddress.getByName(start).getAddress();
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(e);
            }
            this.bits = bits;
            this.kind = kind;
        }

        boolean contains(byte[] address) {
            int whole = bits / 8;
            int mask = 0xff00 >> (bits % 8);
            return Arrays.equals(address, 0, whole, start, 0, whole)
                    && (bits % 8 == 0 || ((address[whole] ^ start[whole]) & mask & 0xff) == 0);
        }
    }
}

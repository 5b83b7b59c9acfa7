package io.flinkllava.flink.pictures;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

import static org.assertj.core.api.Assertions.assertThat;

class AddressKindTest {

    @ParameterizedTest
    @CsvSource({
        "8.8.8.8, PUBLIC",
        "172.15.255.255, PUBLIC",
        "172.32.0.0, PUBLIC",
        "100.63.255.255, PUBLIC",
        "100.128.0.0, PUBLIC",
        "223.255.255.255, PUBLIC",
        "2606:4700::1111, PUBLIC",
        "127.0.0.1, PRIVATE",
        "127.255.255.255, PRIVATE",
        "10.0.0.1, PRIVATE",
        "172.16.0.0, PRIVATE",
        "172.31.255.255, PRIVATE",
        "192.168.1.1, PRIVATE",
        "100.64.0.0, PRIVATE",
        "100.127.255.255, PRIVATE",
        "100.100.100.199, PRIVATE",
        "100.100.100.200, FORBIDDEN",
        "198.19.0.1, PRIVATE",
        "::1, PRIVATE",
        "fc00::1, PRIVATE",
        "fdff::1, PRIVATE",
        "fd00:ec3::254, PRIVATE",
        "fd00:ec2::254, FORBIDDEN",
        "fd00:ec2::23, FORBIDDEN",
        "fd20:ce::253, PRIVATE",
        "fd20:ce::254, FORBIDDEN",
        "fd00:c1::a9fe:a9fe, FORBIDDEN",
        "64:ff9b::100.100.100.200, FORBIDDEN",
        "0.0.0.0, FORBIDDEN",
        "0.1.2.3, FORBIDDEN",
        "169.254.169.254, FORBIDDEN",
        "168.63.129.16, FORBIDDEN",
        "224.0.0.1, FORBIDDEN",
        "239.255.255.250, FORBIDDEN",
        "255.255.255.255, FORBIDDEN",
        "::, FORBIDDEN",
        "fe80::1, FORBIDDEN",
        "fec0::1, FORBIDDEN",
        "ff02::1, FORBIDDEN",
        "2001::1, FORBIDDEN",
        "2001:db8::1, FORBIDDEN",
        "2002:7f00:1::, FORBIDDEN",
        "64:ff9b:1::1, FORBIDDEN",
        "::127.0.0.1, FORBIDDEN",
        "64:ff9b::8.8.8.8, PUBLIC",
        "64:ff9b::127.0.0.1, PRIVATE",
        "64:ff9b::169.254.169.254, FORBIDDEN",
        "::ffff:8.8.8.8, PUBLIC",
        "::ffff:10.0.0.1, PRIVATE",
        "::ffff:169.254.169.254, FORBIDDEN"
    })
    void tellsWhereAnAddressLeads(String address, AddressKind kind) throws UnknownHostException {
        assertThat(AddressKind.of(InetAddress.getByName(address))).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "169.254.169.254"})
    void seesThroughMappedAddressesThatJavaDidNotConvert(String address) throws Exception {
        InetAddress plain = InetAddress.getByName(address);
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        System.arraycopy(plain.getAddress(), 0, mapped, 12, 4);

        assertThat(AddressKind.of(Inet6Address.getByAddress(null, mapped, -1)))
                .isEqualTo(AddressKind.of(plain));
    }
}

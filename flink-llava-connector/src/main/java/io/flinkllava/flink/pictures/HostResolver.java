package io.flinkllava.flink.pictures;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** How names become addresses. */
interface HostResolver {

    HostResolver SYSTEM = InetAddress::getAllByName;

    /** All addresses of a host, at least one. */
    InetAddress[] resolve(String host) throws UnknownHostException;
}

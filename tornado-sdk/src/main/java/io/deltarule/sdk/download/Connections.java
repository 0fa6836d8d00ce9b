package io.deltarule.sdk.download;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/** What a failed connection means to a user, and which connections can be trusted. */
public final class Connections {
    private Connections() {}

    /** Completes "expected ADDRESS but ...". */
    static String reason(URI address, IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
                return "the host " + address.getHost() + " is not known (no network, or no way out but a proxy: "
                        + "DELTARULE_JAVA_OPTIONS=-Dhttps.proxyHost=... -Dhttps.proxyPort=...)";
            }
        }
        return switch (e) {
            case HttpTimeoutException timeout -> address.getHost() + " does not answer";
            case ConnectException refused -> "no connection to " + address.getHost() + " could be made";
            case SSLException tls -> address.getHost() + " cannot prove who it is (" + tls.getMessage() + ")";
            default -> "the connection was cut";
        };
    }

    /** Whether bytes cannot be changed on the way: TLS, or this machine itself. */
    public static boolean trusted(URI address) {
        if ("https".equalsIgnoreCase(address.getScheme())) {
            return true;
        }
        String host = address.getHost();
        // A literal only: looking a name up would ask the network.
        return host != null && (host.equals("localhost") || (host.matches("127\\.[0-9.]+|\\[::1]") && loopback(host)));
    }

    private static boolean loopback(String literal) {
        try {
            return InetAddress.getByName(literal).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}

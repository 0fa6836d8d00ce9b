package io.deltarule.sdk.download;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** Serves files on this machine, with ranges or without, and misbehaves as it is told. */
public final class ScriptedServer implements AutoCloseable {
    /** What it does with one request. */
    interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Deque<Answer> script = new ArrayDeque<>();
    /** The headers Range and If-Range of each request for a file, "-" where there was none. */
    public final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    volatile String etag = "\"one\"";
    volatile boolean ranges = true;

    public ScriptedServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    public URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    public void put(String path, byte[] content) {
        files.put(path, content);
    }

    /** The next request for a file is answered so; after the script is over, properly. */
    public synchronized void next(Answer answer) {
        script.add(answer);
    }

    /** Announces the whole file and ends the connection after a part of what was asked for. */
    public void cutAfter(int bytes) {
        next(exchange -> {
            exchange.getResponseBody().write(begin(exchange), 0, bytes);
            exchange.getResponseBody().flush();
            exchange.close();
        });
    }

    public static Answer status(int code) {
        return exchange -> {
            exchange.sendResponseHeaders(code, -1);
            exchange.close();
        };
    }

    /** Begins the response for what was asked for and returns its bytes. */
    private byte[] begin(HttpExchange exchange) throws IOException {
        byte[] file = files.get(exchange.getRequestURI().getPath());
        String range = exchange.getRequestHeaders().getFirst("Range");
        String condition = exchange.getRequestHeaders().getFirst("If-Range");
        if (etag != null) {
            exchange.getResponseHeaders().set("ETag", etag);
        }
        int from = 0;
        if (ranges && range != null && condition != null && condition.equals(etag)) {
            from = Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"));
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (file.length - 1) + "/" + file.length);
        }
        byte[] rest = Arrays.copyOfRange(file, from, file.length);
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, rest.length);
        return rest;
    }

    private void answer(HttpExchange exchange) throws IOException {
        if (!files.containsKey(exchange.getRequestURI().getPath())) {
            status(404).give(exchange);
            return;
        }
        asked.add(
                exchange.getRequestHeaders().getOrDefault("Range", List.of("-")).getFirst() + " "
                        + exchange.getRequestHeaders()
                                .getOrDefault("If-Range", List.of("-"))
                                .getFirst());
        Answer scripted;
        synchronized (this) {
            scripted = script.poll();
        }
        if (scripted != null) {
            scripted.give(exchange);
            return;
        }
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(begin(exchange));
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

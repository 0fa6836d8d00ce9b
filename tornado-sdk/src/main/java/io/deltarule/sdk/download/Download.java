package io.deltarule.sdk.download;

import io.deltarule.sdk.InstallException;
import io.deltarule.sdk.InstallListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fetches one file over HTTP and goes on where an earlier attempt, of this process or an earlier one, was cut off. A
 * part is continued only if the server vouches (If-Range) that the file is still the same; otherwise it begins anew.
 */
public final class Download {
    private static final int BUFFER = 1 << 16;
    private static final int PARTIAL_CONTENT = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\\*)");

    private final HttpClient client;
    private final RetryPolicy policy;
    private final InstallListener listener;

    /**
     * How long to try.
     *
     * @param attempts in a row that bring nothing further
     * @param pause before the second attempt; each further one waits twice as long
     * @param stall with no byte coming
     * @param bytes at most
     */
    public record RetryPolicy(int attempts, Duration pause, Duration stall, long bytes) {
        public static final RetryPolicy USUAL =
                new RetryPolicy(4, Duration.ofSeconds(1), Duration.ofSeconds(60), 4L << 30);
    }

    /** Something went wrong that may go away. */
    private static final class TemporaryFailure extends IOException {
        private static final long serialVersionUID = 1L;

        TemporaryFailure(String message, Throwable cause) {
            super(message, cause);
        }
    }

    public Download(HttpClient client, RetryPolicy policy, InstallListener listener) {
        this.client = client;
        this.policy = policy;
        this.listener = listener;
    }

    /** The client that all requests go through; it never follows a redirection from https to http. */
    public static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(Duration.ofSeconds(20))
                .build();
    }

    /**
     * Fetches.
     *
     * @param address of the file
     * @param part where it goes
     * @throws InstallException if it cannot be had; what has come stays for the next time
     */
    public void fetch(URI address, PartialFile part) throws InterruptedException {
        long best = 0;
        int fruitless = 0;
        while (true) {
            try {
                attempt(address, part);
                return;
            } catch (TemporaryFailure e) {
                long have = have(part, address);
                fruitless = have > best ? 0 : fruitless + 1;
                best = Math.max(best, have);
                if (fruitless >= policy.attempts()) {
                    throw new InstallException(
                            "download: expected " + address + " but " + e.getMessage() + " (" + policy.attempts()
                                    + " attempts brought nothing further, " + (have >> 20)
                                    + " MiB are kept); run the same command again to continue, or fetch it another way"
                                    + " and give the file with --archive",
                            e);
                }
                listener.doing("waiting to try again: " + e.getMessage());
                Thread.sleep(policy.pause().multipliedBy(1L << Math.min(fruitless, 10)));
            } catch (IOException e) {
                throw onDisk(part.path(), e);
            }
        }
    }

    private static InstallException onDisk(Path path, IOException e) {
        String why = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
        return new InstallException(
                "download: expected to write " + path + " but could not (" + why
                        + "); make room or permissions there, or set XDG_DATA_HOME to another folder",
                e);
    }

    private static long have(PartialFile part, URI address) {
        try {
            return part.usable(address);
        } catch (IOException e) {
            return 0;
        }
    }

    private void attempt(URI address, PartialFile part) throws IOException, InterruptedException {
        long have = part.usable(address);
        if (have > 0 && have == part.length()) {
            return; // complete, and stopped before it was unpacked
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address).timeout(policy.stall()).header("User-Agent", "deltarule");
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-").header("If-Range", part.validator());
        }
        HttpResponse<InputStream> response = send(address, request.build());
        try (InputStream body = response.body()) {
            long length = accept(address, part, have, response);
            receive(body, part, length);
        }
    }

    private HttpResponse<InputStream> send(URI address, HttpRequest request) throws IOException, InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new TemporaryFailure(Connections.reason(address, e), e);
        }
    }

    /** Decides on a response and gets the part ready for its bytes; returns the whole file's length or -1. */
    private long accept(URI address, PartialFile part, long have, HttpResponse<InputStream> response)
            throws IOException {
        return switch (response.statusCode()) {
            case 200 -> {
                long length =
                        response.headers().firstValueAsLong("content-length").orElse(-1);
                checkLength(address, length);
                if (have > 0) {
                    listener.note("the server sends the file from its beginning: it changed, or cannot be continued");
                }
                part.restart(address, response.headers(), length);
                yield length;
            }
            case PARTIAL_CONTENT -> {
                Matcher range = CONTENT_RANGE.matcher(
                        response.headers().firstValue("content-range").orElse(""));
                boolean fits = have > 0
                        && range.matches()
                        && Long.parseLong(range.group(1)) == have
                        && part.agrees(response.headers())
                        && (range.group(2).equals("*")
                                || part.length() < 0
                                || Long.parseLong(range.group(2)) == part.length());
                if (!fits) {
                    part.discard();
                    throw new TemporaryFailure("the server continued another version of the file", null);
                }
                yield range.group(2).equals("*") ? part.length() : Long.parseLong(range.group(2));
            }
            case RANGE_NOT_SATISFIABLE -> {
                part.discard();
                throw new TemporaryFailure("the server has less of the file than before", null);
            }
            case 408, 429, 500, 502, 503, 504 ->
                throw new TemporaryFailure("its server answered " + response.statusCode(), null);
            case 404, 410 ->
                throw new InstallException("download: expected " + address + " but the server has no such file ("
                        + response.statusCode() + "); check --release, --backend, --url and DELTARULE_TORNADO_MIRROR");
            default ->
                throw new InstallException("download: expected " + address + " but the server answered "
                        + response.statusCode() + "; download it another way and give the file with --archive");
        };
    }

    private void checkLength(URI address, long length) {
        if (length > policy.bytes()) {
            throw new InstallException("download: expected at most " + (policy.bytes() >> 20) + " MiB but " + address
                    + " has " + (length >> 20) + " MiB; that is no TornadoVM SDK");
        }
    }

    private void receive(InputStream body, PartialFile part, long length) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (OutputStream out =
                        Files.newOutputStream(part.path(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                StallGuard guard = new StallGuard(body, policy.stall())) {
            long have = Files.size(part.path());
            for (int read = read(body, buffer, guard); read >= 0; read = read(body, buffer, guard)) {
                guard.progressed();
                have += read;
                if (have > policy.bytes() || (length >= 0 && have > length)) {
                    part.discard();
                    throw new InstallException("download: expected "
                            + (length >= 0 ? length + " bytes" : "at most " + (policy.bytes() >> 20) + " MiB")
                            + " but the server sends more; that is no TornadoVM SDK");
                }
                out.write(buffer, 0, read);
                listener.doing("downloading" + megabytes(have) + (length >= 0 ? " of" + megabytes(length) : ""));
            }
            if (length >= 0 && have < length) {
                throw new TemporaryFailure("the connection ended after " + have + " of " + length + " bytes", null);
            }
        }
    }

    private static String megabytes(long bytes) {
        return String.format(java.util.Locale.ROOT, " %.1f MB", bytes / 1e6);
    }

    private static int read(InputStream body, byte[] buffer, StallGuard guard) throws IOException {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new TemporaryFailure(guard.stalled() ? "its server stopped sending" : "the connection was cut", e);
        }
    }
}

package io.deltarule.sdk.install;

import io.deltarule.sdk.Backend;
import io.deltarule.sdk.InstallException;
import io.deltarule.sdk.InstallListener;
import io.deltarule.sdk.InstalledSdk;
import io.deltarule.sdk.InvalidOptionException;
import io.deltarule.sdk.SdkRelease;
import io.deltarule.sdk.TargetSystem;
import io.deltarule.sdk.archive.DamagedArchiveException;
import io.deltarule.sdk.archive.Unpacker;
import io.deltarule.sdk.download.Checksum;
import io.deltarule.sdk.download.ChecksumSource;
import io.deltarule.sdk.download.Connections;
import io.deltarule.sdk.download.Download;
import io.deltarule.sdk.download.PartialFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Gets a TornadoVM SDK from its release's archive into the user's store, whole or not at all. */
public final class SdkInstaller {
    /** Where TornadoVM's releases are. */
    static final URI OFFICIAL = URI.create("https://github.com/beehive-lab/TornadoVM/releases/download");

    private static final URI DESCRIPTIONS =
            URI.create("https://api.github.com/repos/beehive-lab/TornadoVM/releases/tags");

    private final SdkStore store;
    private final Download.RetryPolicy policy;
    private final InstallListener listener;

    /**
     * What is wanted.
     *
     * @param release which SDK
     * @param releases the folder of releases
     * @param descriptions where releases are described, or null if nowhere
     * @param url an archive that lies elsewhere, or null
     * @param archive a file that is here already, or null
     * @param checksum what it has to be, or null if it is to be looked up
     * @param force replace one that is there
     */
    record Request(
            SdkRelease release,
            URI releases,
            URI descriptions,
            URI url,
            Path archive,
            Checksum checksum,
            boolean force) {
        URI address() {
            return url == null ? release.address(releases) : url;
        }

        /** What a message calls the archive. */
        String source() {
            return archive == null ? address().toString() : archive.toString();
        }
    }

    /**
     * What came of it.
     *
     * @param sdk where it is
     * @param wasThere whether nothing had to be done
     */
    public record Outcome(InstalledSdk sdk, boolean wasThere) {}

    SdkInstaller(SdkStore store, Download.RetryPolicy policy, InstallListener listener) {
        this.store = store;
        this.policy = policy;
        this.listener = listener;
    }

    /**
     * The usual one.
     *
     * @param store where to
     * @param listener whom to tell
     */
    public SdkInstaller(SdkStore store, InstallListener listener) {
        this(store, Download.RetryPolicy.USUAL, listener);
    }

    /**
     * Options as a user gives them; null where one is not given.
     *
     * @param version a release's
     * @param backend which SDK of it
     * @param mirror in place of the official folder of releases
     * @param url of an archive
     * @param archive a file
     * @param sha256 its checksum
     * @param force replace one that is there
     */
    public record Options(
            String version, Backend backend, String mirror, String url, Path archive, String sha256, boolean force) {
        Request request(TargetSystem system) {
            SdkRelease release = new SdkRelease(version == null ? SdkRelease.TESTED : version, backend, system);
            boolean official = mirror == null || mirror.isEmpty();
            if (url != null && archive != null) {
                throw new InvalidOptionException("--url: expected either --url or --archive but found both");
            }
            if (url == null && archive == null) {
                release.checkOffered();
            }
            return new Request(
                    release,
                    official ? OFFICIAL : address("DELTARULE_TORNADO_MIRROR", mirror),
                    official && url == null ? DESCRIPTIONS : null,
                    url == null ? null : address("--url", url),
                    archive,
                    sha256 == null ? null : Checksum.given(sha256),
                    force);
        }

        private static URI address(String option, String text) {
            try {
                URI address = URI.create(text);
                if (text.matches("(?i)https?://.*") && address.getHost() != null) {
                    return address;
                }
            } catch (IllegalArgumentException e) {
                // said below
            }
            throw new InvalidOptionException(option + ": expected an address that begins with https:// or http:// but"
                    + " found '" + text + "'; a file on this machine goes to --archive");
        }
    }

    /**
     * Installs and chooses it for use.
     *
     * @throws InvalidOptionException if an option cannot be right
     * @throws InstallException if network, server, archive or disk do not let it
     */
    public Outcome install(Options options) {
        return install(options.request(TargetSystem.current()));
    }

    Outcome install(Request request) {
        if (request.archive() == null && request.checksum() == null && !Connections.trusted(request.address())) {
            throw new InvalidOptionException("--url: expected https:// or a --sha256 but found " + request.address()
                    + ", which anyone on the way could change");
        }
        return store.locked(listener, () -> {
            String name = request.release().folder();
            Optional<InstalledSdk> there = InstalledSdk.read(store.folder(name));
            if (there.isPresent() && !request.force()) {
                store.choose(name);
                return new Outcome(there.get(), true);
            }
            if (there.isEmpty() && Files.exists(store.folder(name)) && !request.force()) {
                throw new InstallException("TornadoVM: expected nothing or an SDK in " + store.folder(name)
                        + " but found something else; --force replaces it");
            }
            if (request.archive() != null) {
                unpackGiven(request);
            } else {
                unpackDownloaded(request);
            }
            store.choose(name);
            return new Outcome(InstalledSdk.read(store.folder(name)).orElseThrow(), false);
        });
    }

    private void unpackGiven(Request request) throws IOException {
        if (!Files.isRegularFile(request.archive()) || !Files.isReadable(request.archive())) {
            throw new InvalidOptionException(
                    "--archive: expected a file that can be read but found none at " + request.archive());
        }
        if (request.checksum() == null) {
            listener.note("no --sha256 was given: of " + request.archive()
                    + " the archive's own checksums are verified, and not" + " where it comes from");
        } else {
            check(request.archive(), request, Optional.of(request.checksum()));
        }
        unpack(request.archive(), request, "check it, or leave --archive out to download it");
    }

    private void unpackDownloaded(Request request) throws IOException, InterruptedException {
        URI address = request.address();
        PartialFile part = new PartialFile(store.downloads(), partName(request));
        HttpClient client = Download.client();
        listener.note("downloading " + address);
        new Download(client, policy, listener).fetch(address, part);
        try {
            check(part.path(), request, expected(request, client));
            unpack(part.path(), request, "it is not kept; run the same command again to download it anew");
        } catch (InstallException e) {
            part.discard();
            throw e;
        }
        part.discard();
    }

    /** One per address, since a part of one archive is none of another. */
    private static String partName(Request request) {
        return request.release().folder() + "-"
                + Integer.toHexString(request.address().toString().hashCode());
    }

    private Optional<Checksum> expected(Request request, HttpClient client) throws InterruptedException {
        if (request.checksum() != null) {
            return Optional.of(request.checksum());
        }
        listener.doing("looking for a checksum");
        ChecksumSource source = new ChecksumSource(client);
        return request.descriptions() == null
                ? source.beside(request.address())
                : source.described(request.descriptions(), request.release());
    }

    private void check(Path archive, Request request, Optional<Checksum> expected) throws IOException {
        if (expected.isEmpty()) {
            listener.note(
                    "no published checksum was found: length and the archive's own checksums are verified, its origin"
                            + " only by the connection it came through");
            return;
        }
        listener.doing("verifying its checksum");
        if (!expected.get().matches(archive)) {
            throw new InstallException("archive " + request.source() + ": expected SHA-256 "
                    + expected.get().sha256() + " (" + expected.get().origin() + ") but found " + Checksum.of(archive)
                    + "; nothing was installed");
        }
        listener.note("its SHA-256 is the one of " + expected.get().origin());
    }

    private void unpack(Path archive, Request request, String cure) throws IOException {
        Path unfinished = store.unfinished();
        try {
            Unpacker.unpack(
                    archive,
                    unfinished,
                    Unpacker.Limits.SDK,
                    bytes -> listener.doing("unpacking, " + (bytes / 1_000_000) + " MB"));
            Path sdk = onlyFolder(unfinished);
            checkIsWanted(sdk, request.release());
            ArgumentFile.write(sdk, store.folder(request.release().folder()));
            store.publish(sdk, request.release().folder());
        } catch (DamagedArchiveException e) {
            throw new InstallException(
                    "archive " + request.source() + ": expected an intact TornadoVM SDK but found that "
                            + e.getMessage() + "; " + cure,
                    e);
        } finally {
            SdkStore.delete(unfinished);
        }
    }

    private static Path onlyFolder(Path unpacked) throws IOException {
        try (Stream<Path> top = Files.list(unpacked)) {
            List<Path> paths = top.toList();
            if (paths.size() != 1 || !Files.isDirectory(paths.getFirst())) {
                throw new DamagedArchiveException(
                        "it holds " + paths.size() + " things side by side where an SDK is one folder");
            }
            return paths.getFirst();
        }
    }

    private static void checkIsWanted(Path folder, SdkRelease wanted) throws DamagedArchiveException {
        InstalledSdk sdk = InstalledSdk.read(folder)
                .orElseThrow(() -> new DamagedArchiveException("it holds no tornado-argfile or its template"));
        if (!sdk.version().equals(wanted.version())
                || !sdk.backends().contains(wanted.backend().id())) {
            throw new DamagedArchiveException("it holds " + sdk.summary() + " where " + wanted.version() + " with "
                    + wanted.backend().id() + " is wanted (--release and --backend say which)");
        }
    }
}

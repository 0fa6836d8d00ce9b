package io.deltarule.sdk.install;

import io.deltarule.sdk.InstallException;
import io.deltarule.sdk.InstallListener;
import io.deltarule.sdk.InstalledSdk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of SDKs that this program installed, one per version and backend, and the choice of the one in use. The
 * launcher reads the choice too (.mvn/tools.sh): a file "current" that holds a folder's name.
 *
 * <p>What is unfinished has a name that begins with a dot; a folder that begins with "tornadovm-" is whole.
 */
public final class SdkStore {
    private static final Pattern NAME = Pattern.compile("tornadovm-[A-Za-z0-9._-]{1,100}");
    private static final String CURRENT = "current";
    private static final String UNPACKING = ".unpacking-";
    private static final String REMOVED = ".removed-";
    private static final String REPLACED = ".replaced-";
    /** The file lock is between processes; within one, Java wants threads to take turns themselves. */
    private static final ReentrantLock IN_PROCESS = new ReentrantLock();

    private final Path root;

    /**
     * @param root the folder; it need not exist yet
     */
    public SdkStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /**
     * The user's own.
     *
     * @param environment of this process
     * @param os as Java names it
     */
    public static SdkStore ofUser(Map<String, String> environment, String os) {
        if (os.toLowerCase(Locale.ROOT).startsWith("windows") && absolute(environment.get("LOCALAPPDATA"))) {
            return new SdkStore(Path.of(environment.get("LOCALAPPDATA"), "deltarule", "tornadovm"));
        }
        // On macOS too: TornadoVM's launcher does not start from "Application Support", which has a space.
        String data = environment.get("XDG_DATA_HOME");
        String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
        return new SdkStore(
                (absolute(data) ? Path.of(data) : Path.of(home, ".local", "share")).resolve("deltarule/tornadovm"));
    }

    private static boolean absolute(String path) {
        return path != null && !path.isEmpty() && Path.of(path).isAbsolute();
    }

    /** The folder. */
    public Path root() {
        return root;
    }

    Path folder(String name) {
        return root.resolve(name);
    }

    Path downloads() throws IOException {
        return Files.createDirectories(root.resolve(".downloads"));
    }

    /** All that are whole, by name. */
    public List<InstalledSdk> all() {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(root)) {
            return folders.filter(f -> NAME.matcher(f.getFileName().toString()).matches())
                    .sorted()
                    .flatMap(f -> InstalledSdk.read(f).stream())
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new InstallException(
                    "TornadoVM: expected to read " + root + " but could not (" + e.getMessage()
                            + "); grant permissions there, or set XDG_DATA_HOME to another folder",
                    e);
        }
    }

    /** What the system said, without Java's names where they say nothing more. */
    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case NoSuchFileException missing -> "there is no " + missing.getFile();
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }

    /** The one in use. */
    public Optional<InstalledSdk> current() {
        try {
            Path choice = root.resolve(CURRENT);
            String name =
                    Files.size(choice) > 200 ? "" : Files.readString(choice).strip();
            return NAME.matcher(name).matches() ? InstalledSdk.read(root.resolve(name)) : Optional.empty();
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    public void choose(String name) throws IOException {
        Path beside = root.resolve(".current-" + UUID.randomUUID());
        Files.writeString(beside, name + "\n");
        Files.move(beside, root.resolve(CURRENT), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** An empty folder for something unfinished, in the same file system. */
    Path unfinished() throws IOException {
        return Files.createDirectory(root.resolve(UNPACKING + UUID.randomUUID()));
    }

    /** Puts a finished folder in its place, and what was there away. */
    void publish(Path finished, String name) throws IOException {
        Path place = folder(name);
        Path old = root.resolve(REPLACED + name);
        if (Files.exists(place)) {
            Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(finished, place, StandardCopyOption.ATOMIC_MOVE);
        delete(old);
    }

    /**
     * Removes one that is there.
     *
     * @param name its folder's name
     */
    public void remove(String name) {
        locked(InstallListener.SILENT, () -> {
            boolean chosen = current()
                    .map(c -> c.folder().getFileName().toString())
                    .filter(name::equals)
                    .isPresent();
            Path away = root.resolve(REMOVED + UUID.randomUUID());
            Files.move(folder(name), away, StandardCopyOption.ATOMIC_MOVE);
            if (chosen) {
                List<InstalledSdk> left = all();
                if (left.isEmpty()) {
                    Files.deleteIfExists(root.resolve(CURRENT));
                } else {
                    choose(left.getFirst().folder().getFileName().toString());
                }
            }
            delete(away);
            return null;
        });
    }

    /** Something that changes the store. */
    interface Change<T> {
        T run() throws IOException, InterruptedException;
    }

    /**
     * Changes the store while no other process does, after clearing away what an interrupted one left.
     *
     * @throws InstallException if the disk does not let it
     */
    <T> T locked(InstallListener listener, Change<T> change) {
        IN_PROCESS.lock();
        try {
            Files.createDirectories(root);
            try (FileChannel file = FileChannel.open(
                            root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lock(file, listener)) {
                assert lock.isValid();
                clearUp();
                return change.run();
            }
        } catch (IOException e) {
            throw new InstallException(
                    "TornadoVM: expected to write below " + root + " but could not (" + reason(e)
                            + "); make room or permissions there, or set XDG_DATA_HOME to another folder",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InstallException("TornadoVM: interrupted; run the same command again to continue", e);
        } finally {
            IN_PROCESS.unlock();
        }
    }

    private static FileLock lock(FileChannel file, InstallListener listener) throws IOException {
        FileLock lock = file.tryLock();
        if (lock == null) {
            listener.note("another process installs or removes an SDK; waiting for it");
            lock = file.lock();
        }
        return lock;
    }

    private void clearUp() throws IOException {
        List<Path> hidden;
        try (Stream<Path> all = Files.list(root)) {
            hidden = all.toList();
        }
        for (Path path : hidden) {
            String name = path.getFileName().toString();
            if (name.startsWith(REPLACED) && !Files.exists(folder(name.substring(REPLACED.length())))) {
                Files.move(path, folder(name.substring(REPLACED.length())), StandardCopyOption.ATOMIC_MOVE);
            } else if (name.startsWith(UNPACKING)
                    || name.startsWith(REMOVED)
                    || name.startsWith(REPLACED)
                    || name.startsWith(".current-")) {
                delete(path);
            }
        }
    }

    /** Deletes a tree without following links. */
    public static void delete(Path tree) throws IOException {
        if (Files.isDirectory(tree, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            List<Path> inside;
            try (Stream<Path> all = Files.list(tree)) {
                inside = all.toList();
            } catch (NoSuchFileException gone) {
                return;
            }
            for (Path path : inside) {
                delete(path);
            }
        }
        Files.deleteIfExists(tree);
    }
}

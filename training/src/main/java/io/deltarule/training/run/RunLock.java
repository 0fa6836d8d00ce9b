package io.deltarule.training.run;

import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a run's folder to one run at a time, in this process and among processes: two would write one log and each other's
 * checkpoints. A process that is killed leaves the file behind and not the lock.
 */
final class RunLock implements AutoCloseable {
    private static final String FILE = "run.lock";

    private final Path file;
    private final FileChannel channel;

    private RunLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes a folder.
     *
     * @throws InvalidInputException if another run has it
     */
    static RunLock of(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                throw new InvalidInputException("--output " + folder
                        + ": expected a folder that no run is at work in but one is; wait for it, or stop it with Ctrl-C,"
                        + " which saves");
            }
            return new RunLock(file, channel);
        } catch (IOException e) {
            throw new InvalidInputException(
                    "--output " + folder + ": expected to write there but found " + e + "; name another folder");
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // held in this process
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new InvalidInputException(file + ": expected to remove it but found " + e);
        }
    }
}

package io.deltarule.spark.job;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Lines of a file that does not appear before it is whole. */
final class PendingFile implements AutoCloseable {
    private final FileSystem system;
    private final Path beside;
    private final Path target;
    private final BufferedWriter out;

    PendingFile(OutputFolder folder, Path target) throws IOException {
        this.system = folder.system();
        this.target = target;
        this.beside = folder.path(OutputFolder.WORK, target.getName() + "." + UUID.randomUUID());
        system.mkdirs(beside.getParent());
        this.out = new BufferedWriter(new OutputStreamWriter(system.create(beside, false), StandardCharsets.UTF_8));
    }

    void add(String line) throws IOException {
        out.write(line);
        out.write('\n');
    }

    /** Lets it appear. One that is there already stays: another attempt has written the same lines. */
    void appear() throws IOException {
        out.close();
        system.mkdirs(target.getParent());
        if (system.exists(target) || !system.rename(beside, target)) {
            system.delete(beside, false);
            if (!system.exists(target)) {
                throw new IOException("expected to write " + target + " but the file system refused");
            }
        }
    }

    /** Drops what has not appeared. */
    @Override
    public void close() throws IOException {
        out.close();
        system.delete(beside, false);
    }
}

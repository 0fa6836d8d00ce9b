package io.deltarule.spark.job;

import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder of a job's results, on any file system that all machines see.
 *
 * <pre>
 *   job.json                        what the job is: another one is refused
 *   results/SHARD-PART.jsonl        a part's rows; its being there says that the part is done
 *   rejected/SHARD-PART.jsonl       a part's bad rows with their reasons, where there are any
 *   rejected/SHARD-unreadable.jsonl a file that could not be read
 *   summary.json                    when all is done
 *   _work/                          what is being written
 * </pre>
 *
 * A file appears whole or not at all: it is written in {@code _work} and renamed.
 *
 * @param root the folder
 */
record OutputFolder(String root) implements Serializable {
    static final String RESULTS = "results";
    static final String REJECTED = "rejected";
    static final String WORK = "_work";

    /** The file system, with its own settings, in this process. */
    FileSystem system() throws IOException {
        Configuration hadoop = new Configuration();
        FileSystem system = new Path(root).getFileSystem(hadoop);
        system.setWriteChecksum(false);
        return system;
    }

    Path path(String... names) {
        Path path = new Path(root);
        for (String name : names) {
            path = new Path(path, name);
        }
        return path;
    }

    /** Writes a file of few lines. */
    void write(String folder, String name, Iterable<String> lines) throws IOException {
        try (PendingFile file = new PendingFile(this, folder == null ? path(name) : path(folder, name))) {
            for (String line : lines) {
                file.add(line);
            }
            file.appear();
        }
    }

    void replace(String folder, String name, Iterable<String> lines) throws IOException {
        delete(folder, name);
        write(folder, name, lines);
    }

    void delete(String folder, String name) throws IOException {
        system().delete(folder == null ? path(name) : path(folder, name), false);
    }

    /** The parts that are done. */
    Set<RowPlace.Part> done() throws IOException {
        Set<RowPlace.Part> done = new HashSet<>();
        Path results = path(RESULTS);
        if (system().exists(results)) {
            for (FileStatus file : system().listStatus(results)) {
                RowPlace.Part part = RowPlace.Part.of(file.getPath().getName());
                if (part != null) {
                    done.add(part);
                }
            }
        }
        return done;
    }

    /**
     * Takes the folder for a job, new or begun before.
     *
     * @param job what identifies it
     * @throws InvalidInputException if it is another job's, or something else's
     */
    void claim(String job) throws IOException {
        FileSystem system = system();
        Path file = path("job.json");
        if (system.exists(file)) {
            String found;
            try (var in = system.open(file)) {
                found = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            }
            if (!found.equals(job)) {
                throw new InvalidInputException(
                        "--output: expected a new folder, or one that the same job has begun, but " + root
                                + " is of a job with another model, other options or other input files; name a new one");
            }
            system.delete(path("summary.json"), false);
            return;
        }
        if (system.exists(path()) && system.listStatus(path()).length > 0) {
            throw new InvalidInputException("--output: expected a new folder, or one that the same job has begun, but "
                    + root + " has other files; name a new one");
        }
        write(null, "job.json", List.of(job));
        system.mkdirs(path(RESULTS));
    }
}

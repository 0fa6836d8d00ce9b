package io.deltarule.spark.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.InvalidInputException;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

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
 * @param hadoop Spark's settings of file systems, which executors have from nobody else
 */
record OutputFolder(String root, SerializableConfiguration hadoop) implements Serializable {
    static final String RESULTS = "results";
    static final String REJECTED = "rejected";
    static final String WORK = "_work";

    private static final String JOB = "job.json";
    private static final String ROWS_PER_PART = "rowsPerPart";

    /** The file system, in this process. */
    FileSystem system() throws IOException {
        FileSystem system = new Path(root).getFileSystem(hadoop.value());
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
     * @param identity what must be the same for the job to go on
     * @param rowsPerPart as asked for, or 0 for what the job began with, or chooses
     * @throws InvalidInputException if it is another job's, or something else's
     */
    Claim claim(ObjectNode identity, int rowsPerPart) throws IOException {
        FileSystem system = system();
        int begun = 0;
        if (system.exists(path(JOB))) {
            begun = begun(identity);
            if (rowsPerPart != 0 && rowsPerPart != begun) {
                throw new InvalidInputException("--rows-per-part: expected " + begun + ", with which the job in " + root
                        + " began, but found " + rowsPerPart + "; leave it out, or name a new folder by --output");
            }
            system.delete(path("summary.json"), false);
        } else if (system.exists(path()) && system.listStatus(path()).length > 0) {
            throw new InvalidInputException("--output: expected a new folder, or one that the same job has begun, but "
                    + root + " has other files; name a new one");
        }
        return new Claim(identity, rowsPerPart, begun);
    }

    /** How many rows a part has in this folder. */
    private int begun(ObjectNode identity) throws IOException {
        JsonNode found;
        try (var in = system().open(path(JOB))) {
            found = JobConfig.JSON.readTree(in.readAllBytes());
        } catch (JsonProcessingException e) {
            found = null;
        }
        int rows = found == null ? 0 : found.path(ROWS_PER_PART).asInt();
        if (rows < 1 || !found.toString().equals(marked(identity, rows))) {
            throw new InvalidInputException("--output: expected a new folder, or one that the same job has begun, but "
                    + root + " is of a job with another model, other options or other input files; name a new one");
        }
        return rows;
    }

    private static String marked(ObjectNode identity, int rowsPerPart) {
        return identity.deepCopy().put(ROWS_PER_PART, rowsPerPart).toString();
    }

    /** A folder that was found to be this job's. */
    final class Claim {
        private final ObjectNode identity;
        private final int asked;
        private final int begun;

        private Claim(ObjectNode identity, int asked, int begun) {
            this.identity = identity;
            this.asked = asked;
            this.begun = begun;
        }

        /** How many rows a part has, from the job's beginning to its end; a new job's folder is marked as its own here. */
        int rowsPerPart(IntSupplier chosen) throws IOException {
            if (begun > 0) {
                return begun;
            }
            int rows = asked > 0 ? asked : chosen.getAsInt();
            write(null, JOB, List.of(marked(identity, rows)));
            system().mkdirs(path(RESULTS));
            return begun(identity); // of whoever was first, if the same job was started twice
        }
    }
}

package io.deltarule.spark.job;

import io.deltarule.core.InvalidInputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One input file.
 *
 * @param number its place among all of them, in the order of their paths
 * @param path with its scheme
 * @param bytes its length
 * @param format parquet, jsonl or text
 */
record Shard(int number, String path, long bytes, String format) {
    /**
     * The files that are meant: files, folders, of which all files are meant that are not hidden, and patterns of either.
     *
     * @param config says which
     * @param hadoop Spark's settings of file systems
     * @throws InvalidInputException if one of them means no file
     */
    static List<Shard> find(JobConfig config, Configuration hadoop) {
        TreeMap<String, Long> files = new TreeMap<>();
        for (String input : config.inputs()) {
            int before = files.size();
            boolean known = false;
            try {
                Path pattern = new Path(input);
                FileSystem system = pattern.getFileSystem(hadoop);
                FileStatus[] found = system.globStatus(pattern);
                for (FileStatus one : found == null ? new FileStatus[0] : found) {
                    known |= add(system, one, files);
                }
            } catch (FileNotFoundException e) {
                known = false;
            } catch (IOException | IllegalArgumentException e) {
                throw new InvalidInputException(
                        "--input: expected files that can be read but '" + input + "' cannot be: " + e.getMessage());
            }
            if (files.size() == before && !known) {
                throw new InvalidInputException(
                        "--input: expected a file, a folder of files or a pattern but found none at '" + input
                                + "'; look at the path");
            }
        }
        List<Shard> shards = new ArrayList<>();
        files.forEach(
                (path, bytes) -> shards.add(new Shard(shards.size(), path, bytes, format(config.format(), path))));
        shards.forEach(shard -> shard.checkColumns(config));
        return shards;
    }

    private void checkColumns(JobConfig config) {
        String option =
                config.idColumn() != null ? "--id-column" : config.prefixColumn() != null ? "--prefix-column" : null;
        if (option != null && format.equals("text")) {
            throw new InvalidInputException(option + ": expected files with columns or fields but found " + path
                    + ", which is read as text; leave the option out, or say --input-format");
        }
    }

    private static boolean add(FileSystem system, FileStatus one, TreeMap<String, Long> files) throws IOException {
        if (one.isFile()) {
            files.put(one.getPath().toString(), one.getLen());
            return true;
        }
        boolean any = false;
        FileStatus[] inside = system.listStatus(one.getPath());
        java.util.Arrays.sort(inside, Comparator.comparing(FileStatus::getPath));
        for (FileStatus file : inside) {
            String name = file.getPath().getName();
            if (!name.startsWith("_") && !name.startsWith(".")) {
                any |= add(system, file, files);
            }
        }
        return any;
    }

    private static String format(String asked, String path) {
        if (!asked.equals("auto")) {
            return asked;
        }
        String name = path.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst|deflate)$", "");
        if (name.endsWith(".parquet")) {
            return "parquet";
        }
        return name.endsWith(".jsonl") || name.endsWith(".json") || name.endsWith(".ndjson") ? "jsonl" : "text";
    }

    /** Its last name. */
    String name() {
        return new Path(path).getName();
    }

    static UncheckedIOException unchecked(IOException e) {
        return new UncheckedIOException(e);
    }
}

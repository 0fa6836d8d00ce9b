package io.deltarule.bench.load;

import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.core.engine.UserCache;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Properties;

/**
 * Remembers from process to process the best ceilings that a processor has shown on so many threads. A file that cannot be read
 * or written costs the comparison and nothing else.
 */
public final class CeilingMemory {
    private final Path file;

    CeilingMemory(Path file) {
        this.file = file;
    }

    /** One that knows nothing and remembers nothing: of sizes so small that ceilings say nothing of the machine. */
    public static CeilingMemory none() {
        return new CeilingMemory(null);
    }

    /** The user's. */
    public static CeilingMemory ofUser() {
        return new CeilingMemory(UserCache.file("ceilings.properties"));
    }

    /**
     * The best of a processor; 0 where none is known.
     *
     * @param gflops multiply-adds
     * @param readGbytes bytes read
     * @param copyGbytes bytes copied
     */
    record Best(double gflops, double readGbytes, double copyGbytes) {
        static final Best NONE = new Best(0, 0, 0);

        private Best or(DeviceCeilings found) {
            return new Best(
                    larger(gflops, found.gflops()),
                    larger(readGbytes, found.readGbytes()),
                    larger(copyGbytes, found.copyGbytes()));
        }

        private static double larger(double best, double found) {
            return found > best ? found : best; // NaN is not
        }

        private String line() {
            return gflops + ";" + readGbytes + ";" + copyGbytes;
        }

        private static Best parse(String line) {
            try {
                double[] numbers = Arrays.stream(line.split(";", -1))
                        .mapToDouble(Double::parseDouble)
                        .toArray();
                boolean plain = numbers.length == 3 && Arrays.stream(numbers).allMatch(x -> x >= 0 && x < 1e9);
                return plain ? new Best(numbers[0], numbers[1], numbers[2]) : NONE;
            } catch (NumberFormatException notOurs) {
                return NONE;
            }
        }
    }

    /**
     * The best until now, and remembers what is better.
     *
     * @param processor the maker's name of it
     * @param found now
     */
    Best remember(String processor, DeviceCeilings found) {
        if (file == null) {
            return Best.NONE;
        }
        Properties all = read();
        String key = processor + ", " + found.threads() + " threads";
        Best before = Best.parse(all.getProperty(key, ""));
        Best after = before.or(found);
        if (!after.equals(before)) {
            all.setProperty(key, after.line());
            write(all);
        }
        return before;
    }

    private Properties read() {
        Properties all = new Properties();
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            all.load(in);
        } catch (IOException | IllegalArgumentException e) {
            all.clear(); // none yet, or not ours
        }
        return all;
    }

    private void write(Properties all) {
        try {
            Files.createDirectories(file.getParent());
            Path draft = Files.createTempFile(file.getParent(), "ceilings", ".tmp");
            try {
                try (Writer out = Files.newBufferedWriter(draft, StandardCharsets.UTF_8)) {
                    all.store(
                            out,
                            "deltarule: the best of each processor: multiply-adds in GFLOP/s; bytes read in GB/s; bytes copied;"
                                    + " delete this file to forget them");
                }
                Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            // not compared next time
        }
    }
}

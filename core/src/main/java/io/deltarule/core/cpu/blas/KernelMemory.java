package io.deltarule.core.cpu.blas;

import io.deltarule.core.engine.UserCache;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Remembers from process to process which kernels were the fastest, by processor and by what they were tried for. A file that cannot be
 * read or written costs a trial each time and nothing else.
 */
public final class KernelMemory {
    private final Path file;

    KernelMemory(Path file) {
        this.file = file;
    }

    /** The user's. */
    public static KernelMemory ofUser() {
        return new KernelMemory(UserCache.file("kernels.properties"));
    }

    /**
     * What was found.
     *
     * @param chosen the name of the fastest
     * @param library the version that was measured
     * @param rates multiplications and additions per second, by name, to four digits: what is found says the same as what is remembered
     */
    public record Finding(String chosen, String library, Map<String, Double> rates) {
        /** Rounds the rates. */
        public Finding {
            Map<String, Double> rounded = new LinkedHashMap<>();
            rates.forEach((set, rate) -> rounded.put(set, Double.valueOf(written(rate))));
            rates = rounded;
        }

        private static String written(double rate) {
            return String.format(Locale.ROOT, "%.4g", rate);
        }

        /** As it is written: chosen, library, then set=rate. */
        private String line() {
            StringBuilder text = new StringBuilder(chosen).append(';').append(library);
            new TreeMap<>(rates)
                    .forEach((set, rate) ->
                            text.append(';').append(set).append('=').append(written(rate)));
            return text.toString();
        }

        private static Optional<Finding> parse(String line) {
            String[] parts = line == null ? new String[0] : line.split(";", -1);
            if (parts.length < 3) {
                return Optional.empty();
            }
            Map<String, Double> rates = new TreeMap<>();
            for (int i = 2; i < parts.length; i++) {
                int equals = parts[i].indexOf('=');
                try {
                    rates.put(
                            parts[i].substring(0, Math.max(0, equals)), Double.valueOf(parts[i].substring(equals + 1)));
                } catch (NumberFormatException e) {
                    return Optional.empty();
                }
            }
            return rates.containsKey(parts[0]) ? Optional.of(new Finding(parts[0], parts[1], rates)) : Optional.empty();
        }
    }

    private static String key(Processor processor, String subject) {
        List<String> instructions = processor.instructions().stream().sorted().toList();
        String key = processor.model() + " " + Integer.toHexString(instructions.hashCode());
        return subject.isEmpty() ? key : key + " " + subject;
    }

    Optional<Finding> find(Processor processor) {
        return find(processor, "");
    }

    /** What was found for a subject other than OpenBLAS's sets. */
    public Optional<Finding> find(Processor processor, String subject) {
        return Finding.parse(read().getProperty(key(processor, subject)));
    }

    void remember(Processor processor, Finding finding) {
        remember(processor, "", finding);
    }

    /** Takes it down, instead of what was found before. */
    public void remember(Processor processor, String subject, Finding finding) {
        Properties all = read();
        all.setProperty(key(processor, subject), finding.line());
        try {
            Files.createDirectories(file.getParent());
            Path draft = Files.createTempFile(file.getParent(), "kernels", ".tmp");
            try {
                try (Writer out = Files.newBufferedWriter(draft, StandardCharsets.UTF_8)) {
                    all.store(out, "deltarule: kernels by measurement; delete this file to measure again");
                }
                Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            // measured again next time
        }
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
}

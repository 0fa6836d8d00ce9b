package io.deltarule.core.cpu.blas;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What Linux says of the first processor.
 *
 * @param model its name
 * @param instructions the extensions that programs may use
 */
public record Processor(String model, Set<String> instructions) {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** This machine's; empty where the system is no Linux on x86-64 or does not say. */
    public static Optional<Processor> here() {
        String arch = System.getProperty("os.arch");
        if (!System.getProperty("os.name").startsWith("Linux")
                || !List.of("amd64", "x86_64").contains(arch)) {
            return Optional.empty();
        }
        try {
            return parse(Files.readAllLines(CPUINFO, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** From the lines of /proc/cpuinfo. */
    static Optional<Processor> parse(List<String> lines) {
        String model = null;
        Set<String> instructions = null;
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).strip()) {
                case "model name" -> model = model == null ? value : model;
                case "flags" -> instructions = instructions == null ? Set.of(value.split("\\s+")) : instructions;
                default -> {}
            }
        }
        return instructions == null
                ? Optional.empty()
                : Optional.of(new Processor(model == null ? "unknown" : model, instructions));
    }
}

package io.deltarule.bench.timing;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the numbers were measured.
 *
 * @param processor the maker's name, or the architecture where the system does not tell
 * @param processors how many the JVM may use
 * @param memoryBytes main memory
 * @param cacheBytes the last level of cache, a guess of 64 MiB where the system does not tell
 * @param system operating system and its version
 * @param java the JVM's version
 */
public record Machine(String processor, int processors, long memoryBytes, long cacheBytes, String system, String java) {
    private static final long UNKNOWN_CACHE = 64L << 20;

    /** This machine. */
    public static Machine here() {
        OperatingSystemMXBean os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                os.getTotalMemorySize(),
                lastLevelCache(),
                os.getName() + " " + os.getVersion() + " " + os.getArch(),
                Runtime.version().toString());
    }

    private static String processorName() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException notLinux) {
            return System.getProperty("os.arch");
        }
    }

    private static long lastLevelCache() {
        long largest = 0;
        for (int index = 0; index < 8; index++) {
            Path size = Path.of("/sys/devices/system/cpu/cpu0/cache/index" + index + "/size");
            try {
                String text = Files.readString(size).strip();
                if (text.matches("[0-9]+K")) {
                    largest = Math.max(largest, Long.parseLong(text.substring(0, text.length() - 1)) << 10);
                }
            } catch (IOException noSuchLevel) {
                break;
            }
        }
        return largest == 0 ? UNKNOWN_CACHE : largest;
    }
}

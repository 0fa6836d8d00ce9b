package io.deltarule.bench.result;

import java.util.Map;

/**
 * Where numbers come from: what program measured, how it was called, and what it computed with.
 *
 * @param version of the program
 * @param commit of its sources, with "-dirty" where they had changes; null if the build did not know
 * @param command as it was typed
 * @param time when it ended, UTC
 * @param software versions by engine and name: libraries, drivers, what a library chose for this processor
 */
public record Provenance(
        String version, String commit, String command, String time, Map<String, Map<String, String>> software) {
    /** What an engine computed with; empty where nothing tells. */
    public Map<String, String> versions(String engine) {
        return software.getOrDefault(engine, Map.of());
    }
}

package io.deltarule.cli.bench;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Device;
import io.deltarule.core.Engines;
import io.deltarule.core.engine.Versioned;
import io.deltarule.sdk.driver.Driver;
import io.deltarule.sdk.search.Diagnosis;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the engines of this JVM compute with: their libraries, TornadoVM, the system's drivers. */
final class SoftwareVersions {
    private SoftwareVersions() {}

    /** Versions by engine and name. */
    static Map<String, Map<String, String>> ofEngines() {
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        for (DeltaEngine engine : Engines.all()) {
            if (engine instanceof Versioned tells) {
                all.put(engine.name(), tells.versions());
            } else if (engine.name().equals("tornado")) {
                all.put(engine.name(), tornado(engine));
            }
        }
        return all;
    }

    private static Map<String, String> tornado(DeltaEngine engine) {
        Map<String, String> versions = new LinkedHashMap<>();
        if (engine.unavailable().isPresent()) {
            return versions;
        }
        if (engine.devices().stream().map(Device::kind).allMatch("emulator"::equals)) {
            versions.put("TornadoVM", "none: the emulator of this project");
            return versions;
        }
        Diagnosis diagnosis = Diagnosis.run(System.getenv(), "", Optional.empty());
        diagnosis.search().sdk().ifPresent(sdk -> versions.put("TornadoVM", sdk.version()));
        for (Driver driver : diagnosis.drivers().all()) {
            if (driver.isUsable()) {
                versions.put(driver.name(), driver.found());
            }
        }
        return versions;
    }
}

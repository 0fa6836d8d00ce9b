package io.deltarule.cli.option;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Device;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.Engines;
import io.deltarule.core.InvalidInputException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The engine and the device that {@code --engine} and {@code --device} name.
 *
 * @param engine can run here
 * @param device one of the engine's, or null for its own choice
 */
public record EngineChoice(DeltaEngine engine, String device) {
    /** The id of the device that runs: the one named, else the engine's first GPU or its only device, as engines choose. */
    public String deviceId() {
        if (device != null) {
            return device;
        }
        List<Device> all = engine.devices();
        return all.stream()
                .filter(Device::automatic)
                .findFirst()
                .or(() -> all.stream().findFirst())
                .map(Device::id)
                .orElseThrow();
    }

    /** For a line that tells what ran: the engine, and its device unless it is the processor that this program runs on. */
    public String inWords() {
        String id = deviceId();
        return "engine " + engine.name() + (id.equals("cpu") ? "" : ", device " + id);
    }

    /**
     * Finds them.
     *
     * @param engine an engine's name or auto
     * @param device a device's id or null; with auto it decides the engine
     * @return the choice
     * @throws InvalidInputException if there is no such engine, or it has no such device
     * @throws io.deltarule.core.EngineUnavailableException if the engine cannot run here
     */
    public static EngineChoice of(String engine, String device) {
        if (device == null) {
            return new EngineChoice(Engines.named(engine), null);
        }
        List<DeltaEngine> candidates = engine.equals("auto")
                // The reference runs on the device cpu too, and is asked for by name.
                ? Engines.all().stream()
                        .filter(e -> !e.name().equals("reference"))
                        .toList()
                : List.of(Engines.named(engine));
        for (DeltaEngine candidate : candidates) {
            if (candidate.devices().stream().anyMatch(d -> d.id().equals(device))) {
                return new EngineChoice(candidate, device);
            }
        }
        String expected = "--device: expected "
                + candidates.stream()
                        .flatMap(e -> e.devices().stream())
                        .map(Device::id)
                        .distinct()
                        .collect(Collectors.joining(" or "))
                + " but found '" + device + "'";
        // An id such as opencl:0:0 is right where the engine runs; why it does not is what has to be mended.
        Optional<String> missing = candidates.stream()
                .filter(e -> device.contains(":"))
                .flatMap(e -> e.unavailable().stream().map(why -> "; engine " + e.name() + " cannot run here: " + why))
                .findFirst();
        if (missing.isPresent()) {
            throw new EngineUnavailableException(expected + missing.get());
        }
        throw new InvalidInputException(expected + "; 'deltarule devices' says what can run here and what is missing");
    }
}

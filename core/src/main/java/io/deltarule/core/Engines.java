package io.deltarule.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** Chooses an engine: by name and never another, or automatically and never silently. */
public final class Engines {
    /** The logger that is told, at level INFO and once in a process, why the automatic choice took the CPU and not tornado. */
    public static final String CHOICE_LOGGER = "io.deltarule.engine";

    private static final Logger LOG = System.getLogger(CHOICE_LOGGER);
    private static final AtomicBoolean FALLBACK_LOGGED = new AtomicBoolean();

    private Engines() {}

    /** Every engine on the class path, whether or not it can run here. */
    public static List<DeltaEngine> all() {
        List<DeltaEngine> engines = new ArrayList<>();
        ServiceLoader.load(DeltaEngine.class).forEach(engines::add);
        return engines;
    }

    /**
     * The engine of that name.
     *
     * @param name reference, cpu, tornado or auto
     * @return an engine that can run here
     * @throws InvalidInputException if there is none of that name
     * @throws EngineUnavailableException if it cannot run here; the message says what to install
     */
    public static DeltaEngine named(String name) {
        if (name.equals("auto")) {
            return automatic();
        }
        for (DeltaEngine engine : all()) {
            if (engine.name().equals(name)) {
                engine.unavailable().ifPresent(why -> {
                    throw new EngineUnavailableException("engine " + name + ": " + why);
                });
                return engine;
            }
        }
        throw new InvalidInputException("engine: expected auto, "
                + all().stream().map(DeltaEngine::name).collect(Collectors.joining(", ")) + " but found '" + name
                + "'");
    }

    /**
     * A TornadoVM GPU if there is one, else the CPU engine; tells {@link #CHOICE_LOGGER} once why it did not take the first.
     *
     * @return an engine that can run here
     * @throws EngineUnavailableException if none can
     */
    public static DeltaEngine automatic() {
        String reason = null;
        List<DeltaEngine> engines = all();
        for (DeltaEngine engine : engines) {
            if (engine.name().equals("tornado")) {
                if (engine.unavailable().isPresent()) {
                    reason = engine.unavailable().get();
                } else if (engine.devices().stream().anyMatch(Device::automatic)) {
                    return engine;
                } else {
                    reason = "it reaches no GPU, only "
                            + engine.devices().stream().map(Device::name).collect(Collectors.joining(", "));
                }
            }
        }
        for (DeltaEngine engine : engines) {
            if (engine.name().equals("cpu") && engine.unavailable().isEmpty()) {
                if (FALLBACK_LOGGED.compareAndSet(false, true)) {
                    tell(reason);
                }
                return engine;
            }
        }
        String tornado = reason;
        throw new EngineUnavailableException("engine auto: neither tornado nor cpu can run here; "
                + engines.stream()
                        .map(e -> e.name() + ": "
                                + (e.name().equals("tornado")
                                        ? tornado
                                        : e.unavailable().orElse("available, where it is named")))
                        .collect(Collectors.joining("; ")));
    }

    /** @param reason why not tornado; null where nobody put it on the class path, who then hardly waits for a GPU */
    private static void tell(String reason) {
        if (reason == null) {
            LOG.log(Level.DEBUG, "engine auto takes cpu: tornado is not on the class path");
        } else {
            LOG.log(
                    Level.INFO,
                    "engine auto takes cpu, not tornado: {0}; ''deltarule devices'' says what a GPU here needs",
                    reason);
        }
    }
}

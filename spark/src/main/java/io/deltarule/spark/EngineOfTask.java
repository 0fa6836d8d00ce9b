package io.deltarule.spark;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Device;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.Engines;
import io.deltarule.core.InvalidInputException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * The engine and device that a task runs on.
 *
 * @param engine in the way in which a text's numbers do not depend on those beside it, where it has one
 * @param device one of its devices, or null for its own choice
 * @param alone whether one task at a time may use it: an accelerator
 */
record EngineOfTask(DeltaEngine engine, String device, boolean alone) {
    private static final String GPU = "gpu";

    static EngineOfTask of(ModelConfig config) {
        DeltaEngine engine = Engines.named(config.engine());
        if (engine.name().equals("cpu")) {
            return new EngineOfTask(engine.withThreads(threads(config)).batchInvariant(), config.device(), false);
        }
        boolean invariant = engine.name().equals("reference");
        return new EngineOfTask(
                invariant ? engine.batchInvariant() : engine,
                config.device() == null && !invariant ? assigned(engine) : config.device(),
                !invariant);
    }

    /** Those of the configuration, else as many cores as Spark counts for a task, else one. */
    static int threads(ModelConfig config) {
        if (config.threads() > 0) {
            return config.threads();
        }
        TaskContext task = TaskContext.get();
        return task == null ? 1 : Math.max(1, task.cpus());
    }

    /** The device at the address that Spark has assigned to this task; null where it assigns none. */
    private static String assigned(DeltaEngine engine) {
        TaskContext task = TaskContext.get();
        ResourceInformation gpus = task == null ? null : task.resourcesJMap().get(GPU);
        return gpus == null || gpus.addresses().length == 0 ? null : at(engine.devices(), gpus.addresses()[0]);
    }

    /** The device whose id ends with an address, as {@code opencl:0:1} does with 1. */
    static String at(List<Device> devices, String address) {
        List<String> found = devices.stream()
                .filter(Device::automatic)
                .map(Device::id)
                .filter(id -> id.substring(id.lastIndexOf(':') + 1).equals(address))
                .toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        String all = devices.stream().map(Device::id).collect(Collectors.joining(", "));
        if (found.isEmpty()) {
            throw new EngineUnavailableException("device: expected the GPU at Spark's address " + address
                    + " among the engine's devices but found " + (all.isEmpty() ? "none" : all)
                    + "; name one by the model's device, or mend the executor's resource discovery");
        }
        throw new InvalidInputException("device: expected one GPU at Spark's address " + address + " but found " + found
                + "; name one of them");
    }
}

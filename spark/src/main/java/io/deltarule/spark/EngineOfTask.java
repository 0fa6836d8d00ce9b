package io.deltarule.spark;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Device;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.Engines;
import io.deltarule.core.InvalidInputException;
import io.deltarule.models.inference.Placement;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * The engine and device that a task runs on.
 *
 * @param placement an engine in the way in which a text's numbers do not depend on those beside it, where it has one
 * @param alone whether one task at a time may use the device: an accelerator
 */
record EngineOfTask(Placement placement, boolean alone) {
    private static final String GPU = "gpu";
    private static final String ADDRESS = "*";

    static EngineOfTask of(ModelConfig config) {
        DeltaEngine engine = Engines.named(config.engine());
        return switch (engine.name()) {
            case "cpu" -> shared(engine.withThreads(threads(config)), config);
            case "reference" -> shared(engine, config);
            default ->
                new EngineOfTask(
                        new Placement(engine, device(engine.devices(), config.device(), address()), config.storage()),
                        true);
        };
    }

    private static EngineOfTask shared(DeltaEngine engine, ModelConfig config) {
        return new EngineOfTask(new Placement(engine.batchInvariant(), config.device(), config.storage()), false);
    }

    /** Those of the configuration, else as many cores as Spark counts for a task, else one. */
    static int threads(ModelConfig config) {
        if (config.threads() > 0) {
            return config.threads();
        }
        TaskContext task = TaskContext.get();
        return task == null ? 1 : Math.max(1, task.cpus());
    }

    /** The address of the GPU that Spark has assigned to this task; null where it assigns none. */
    private static String address() {
        TaskContext task = TaskContext.get();
        ResourceInformation gpus = task == null ? null : task.resourcesJMap().get(GPU);
        return gpus == null || gpus.addresses().length == 0 ? null : gpus.addresses()[0];
    }

    /**
     * An accelerator's device for a task.
     *
     * @param devices the engine's
     * @param named what the configuration says, or null
     * @param address what Spark has assigned, or null
     * @return one of the engine's, or null for its own choice
     */
    static String device(List<Device> devices, String named, String address) {
        boolean some = named != null && named.endsWith(ADDRESS);
        if (named != null && !some) {
            return named;
        }
        if (address == null) {
            if (some) {
                throw new InvalidInputException("device: expected a GPU that Spark assigns to the task, for " + named
                        + ", but found none; set spark.executor.resource.gpu.amount and"
                        + " spark.task.resource.gpu.amount, or name one device");
            }
            if (!devices.isEmpty()
                    && devices.stream().allMatch(device -> device.kind().equals("emulator"))) {
                throw new EngineUnavailableException("device: expected TornadoVM in the executor but found the emulator"
                        + " alone; start executors with TornadoVM's options, or name the emulator by the model's"
                        + " device");
            }
            return null;
        }
        List<Device> asked = devices.stream()
                .filter(device -> some
                        ? device.id().startsWith(named.substring(0, named.length() - ADDRESS.length()))
                        : device.automatic())
                .toList();
        return at(devices, asked, address);
    }

    /** The device whose id ends with an address, as {@code opencl:0:1} does with 1. */
    private static String at(List<Device> devices, List<Device> asked, String address) {
        List<String> found = asked.stream()
                .map(Device::id)
                .filter(id -> id.substring(id.lastIndexOf(':') + 1).equals(address))
                .toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        if (found.isEmpty()) {
            String all = devices.stream().map(Device::id).collect(Collectors.joining(", "));
            throw new EngineUnavailableException("device: expected the GPU at Spark's address " + address
                    + " among the engine's devices but found " + (all.isEmpty() ? "none" : all)
                    + "; name one by the model's device, or mend the executor's resource discovery");
        }
        String first = found.getFirst();
        throw new InvalidInputException("device: expected one GPU at Spark's address " + address + " but found "
                + String.join(", ", found) + "; name those of one backend by the model's device, as "
                + first.substring(0, first.lastIndexOf(':') + 1) + ADDRESS);
    }
}

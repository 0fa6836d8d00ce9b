package io.deltarule.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.deltarule.core.Device;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.InvalidInputException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which device a task takes, by what the configuration names and Spark assigns. */
class EngineOfTaskTest {
    private static List<Device> gpus(String... ids) {
        return Stream.of(ids)
                .map(id -> new Device(id, id, "gpu", "OpenCL", 0, true))
                .toList();
    }

    /** As PoCL is, which no automatic choice takes. */
    private static List<Device> processors(String... ids) {
        return Stream.of(ids)
                .map(id -> new Device(id, id, "cpu", "OpenCL", 0, false))
                .toList();
    }

    private static List<Device> emulator() {
        return List.of(new Device("emulator", "", "emulator", "Java", 0, false));
    }

    private static <E extends RuntimeException> String refused(
            Class<E> kind, List<Device> devices, String named, String address) {
        return assertThrows(kind, () -> EngineOfTask.device(devices, named, address))
                .getMessage();
    }

    @Test
    void theOneAtTheAddressIsTaken() {
        List<Device> three = gpus("opencl:0:0", "opencl:0:1", "opencl:0:11");
        assertEquals("opencl:0:1", EngineOfTask.device(three, null, "1"));
        assertEquals("opencl:0:11", EngineOfTask.device(three, null, "11"));
        List<Device> mixed = Stream.concat(processors("opencl:0:1").stream(), gpus("opencl:1:1").stream())
                .toList();
        assertEquals("opencl:1:1", EngineOfTask.device(mixed, null, "1"), "the other is no GPU");
        assertEquals("emulator", EngineOfTask.device(emulator(), "*", "emulator"));
    }

    @Test
    void noneAtTheAddress() {
        String cure = "; name one by the model's device, or mend the executor's resource discovery";
        assertEquals(
                "device: expected the GPU at Spark's address 2 among the engine's devices but found opencl:0:0,"
                        + " opencl:0:1" + cure,
                refused(EngineUnavailableException.class, gpus("opencl:0:0", "opencl:0:1"), null, "2"));
        assertEquals(
                "device: expected the GPU at Spark's address 0 among the engine's devices but found none" + cure,
                refused(EngineUnavailableException.class, List.of(), null, "0"));
        assertEquals(
                "device: expected the GPU at Spark's address 0 among the engine's devices but found opencl:0:0" + cure,
                refused(EngineUnavailableException.class, processors("opencl:0:0"), null, "0"));
        assertEquals(
                "device: expected the GPU at Spark's address 1 among the engine's devices but found opencl:0:1" + cure,
                refused(EngineUnavailableException.class, gpus("opencl:0:1"), "cuda:1:*", "1"));
    }

    @Test
    void oneThatTwoBackendsReachIsToldByItsBackend() {
        List<Device> both = gpus("cuda:0:0", "cuda:0:1", "opencl:1:0", "opencl:1:1");
        assertEquals(
                "device: expected one GPU at Spark's address 1 but found cuda:0:1, opencl:1:1; name those of one"
                        + " backend by the model's device, as cuda:0:*",
                refused(InvalidInputException.class, both, null, "1"));
        assertEquals("cuda:0:1", EngineOfTask.device(both, "cuda:0:*", "1"));
        assertEquals("opencl:1:0", EngineOfTask.device(both, "opencl:1:*", "0"));
        assertEquals(
                "opencl:0:1",
                EngineOfTask.device(processors("opencl:0:0", "opencl:0:1"), "opencl:0:*", "1"),
                "those that no automatic choice takes are asked for by name");
    }

    @Test
    void whatIsNamedComesBeforeWhatIsAssigned() {
        assertEquals("opencl:0:0", EngineOfTask.device(gpus("opencl:0:0", "opencl:0:1"), "opencl:0:0", "1"));
        assertEquals("opencl:0:0", EngineOfTask.device(gpus("opencl:0:0"), "opencl:0:0", null));
    }

    @Test
    void withoutAnAddressTheChoiceIsTheEnginesUnlessItIsTheEmulator() {
        assertNull(EngineOfTask.device(gpus("opencl:0:0", "opencl:0:1"), null, null));
        assertEquals(
                "device: expected a GPU that Spark assigns to the task, for opencl:0:*, but found none; set"
                        + " spark.executor.resource.gpu.amount and spark.task.resource.gpu.amount, or name one device",
                refused(InvalidInputException.class, gpus("opencl:0:0"), "opencl:0:*", null));
        assertEquals(
                "device: expected TornadoVM in the executor but found the emulator alone; start executors with"
                        + " TornadoVM's options, or name the emulator by the model's device",
                refused(EngineUnavailableException.class, emulator(), null, null));
        assertEquals("emulator", EngineOfTask.device(emulator(), "emulator", null));
    }
}

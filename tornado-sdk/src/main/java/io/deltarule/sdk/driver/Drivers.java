package io.deltarule.sdk.driver;

import io.deltarule.sdk.Backend;
import java.util.List;
import java.util.Map;

/**
 * What this system has for TornadoVM's backends to run through.
 *
 * @param openCl for opencl, and for spirv on devices that take SPIR-V through OpenCL
 * @param nvidia for ptx and cuda
 * @param compiler for cuda
 * @param levelZero for spirv
 */
public record Drivers(Driver openCl, Driver nvidia, Driver compiler, Driver levelZero) {
    /**
     * A backend and why it was chosen.
     *
     * @param backend the choice
     * @param why in words
     */
    public record Choice(Backend backend, String why) {}

    /** Asks the system's libraries. */
    public static Drivers probe(Map<String, String> environment) {
        return new Drivers(
                OpenClProbe.probe(environment), CudaProbe.driver(), CudaProbe.compiler(), LevelZeroProbe.probe());
    }

    /** All, for lists. */
    public List<Driver> all() {
        return List.of(openCl, nvidia, compiler, levelZero);
    }

    /** What a backend needs and does not find; empty if it can run. */
    public List<Driver> missingFor(Backend backend) {
        return needed(backend).stream().filter(d -> !d.isUsable()).toList();
    }

    private List<Driver> needed(Backend backend) {
        return switch (backend) {
            case OPENCL -> List.of(openCl);
            case PTX -> List.of(nvidia);
            case CUDA -> List.of(nvidia, compiler);
            // Either serves; the loader to speak of is Intel's own.
            case SPIRV -> openCl.isUsable() ? List.of(openCl) : List.of(levelZero);
        };
    }

    /**
     * The backend for what is here. On NVIDIA: cuda, whose compiler keeps private arrays in registers where ptx does not
     * (docs/devices.md); without that compiler opencl, and ptx where there is nothing else.
     */
    public Choice choose() {
        boolean openClGpu = openCl.devices().stream().anyMatch(d -> d.endsWith("(gpu)"));
        if (nvidia.isUsable() && compiler.isUsable()) {
            return new Choice(Backend.CUDA, "an NVIDIA GPU and CUDA's run-time compiler are here");
        }
        if (openClGpu) {
            return new Choice(Backend.OPENCL, "a GPU is here that OpenCL reaches");
        }
        if (nvidia.isUsable()) {
            return new Choice(Backend.PTX, "an NVIDIA GPU is here, but neither CUDA's compiler nor OpenCL for it");
        }
        if (openCl.isUsable()) {
            return new Choice(Backend.OPENCL, "OpenCL reaches a device here");
        }
        if (levelZero.isUsable()) {
            return new Choice(Backend.SPIRV, "Level Zero is here and OpenCL is not");
        }
        return new Choice(Backend.OPENCL, "no driver was found here yet, and every vendor has one for OpenCL");
    }
}

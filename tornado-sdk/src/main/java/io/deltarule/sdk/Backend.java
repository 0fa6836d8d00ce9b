package io.deltarule.sdk;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A TornadoVM backend; each has an SDK archive of its own. */
public enum Backend {
    /** OpenCL 1.2 and newer: every vendor's GPUs, and processors through PoCL. */
    OPENCL,
    /** NVIDIA, through the driver's own PTX assembler. */
    PTX,
    /** NVIDIA, through CUDA's run-time compiler. */
    CUDA,
    /** Level Zero or OpenCL 2.1: Intel. */
    SPIRV;

    /** Its name in options, archive names and {@code tornado.backend}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The backend of that name, if there is one. */
    public static Optional<Backend> named(String id) {
        return Arrays.stream(values()).filter(b -> b.id().equals(id)).findFirst();
    }

    /** All names, for messages. */
    public static String names() {
        return Arrays.stream(values()).map(Backend::id).collect(Collectors.joining(", "));
    }
}

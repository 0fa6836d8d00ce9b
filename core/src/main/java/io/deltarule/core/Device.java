package io.deltarule.core;

/**
 * Something an engine can run on.
 *
 * @param id what {@code --device} takes, for example {@code cpu} or {@code opencl:0:0}
 * @param name the maker's name
 * @param kind cpu, gpu, accelerator or emulator
 * @param backend what compiles for it, for example OpenCL, PTX or OpenBLAS
 * @param memoryBytes how much memory it has, 0 if unknown
 * @param automatic whether the automatic choice may take it; PoCL and the emulator are asked for by name
 */
public record Device(String id, String name, String kind, String backend, long memoryBytes, boolean automatic) {}

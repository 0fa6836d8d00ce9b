package uk.ac.manchester.tornado.api.enums;

/** What becomes of the times of an execution. */
public enum ProfilerMode {
    /** Printed after each execution, and kept in the result. */
    CONSOLE,
    /** Kept in the result. */
    SILENT
}

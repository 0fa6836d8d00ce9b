package io.deltarule.bench.cli;

/** What the process tells the shell; listed in docs/cli.md. */
final class ExitCode {
    static final int OK = 0;
    /** A comparison past its tolerance, or a benchmark whose results do not match the reference. */
    static final int MISMATCH = 1;
    /** An option, a file or a name that cannot be right. */
    static final int BAD_INPUT = 2;
    /** This machine cannot do it: the engine's requirements are missing, or memory is too small. */
    static final int CANNOT_RUN_HERE = 3;
    /** A defect of this program. */
    static final int INTERNAL_ERROR = 70;

    private ExitCode() {}
}

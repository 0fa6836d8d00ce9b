package io.deltarule.cli.output;

/** What the process tells the shell; listed in docs/cli.md. */
public final class ExitCode {
    public static final int OK = 0;
    /** A comparison past its tolerance, or a benchmark whose results do not match the reference. */
    public static final int MISMATCH = 1;
    /** An option, a file or a name that cannot be right. */
    public static final int BAD_INPUT = 2;
    /** This machine cannot do it: the engine's requirements are missing, or memory is too small. */
    public static final int CANNOT_RUN_HERE = 3;
    /** Training stopped, since a loss or gradient is no longer finite. */
    public static final int NOT_FINITE = 4;
    /** A defect of this program. */
    public static final int INTERNAL_ERROR = 70;
    /** Whoever read standard output had enough; what a shell says of programs that this ends (128 + SIGPIPE). */
    public static final int READER_GONE = 141;

    private ExitCode() {}
}

package io.deltarule.cli;

import io.deltarule.cli.output.SaidOnce;
import io.deltarule.cli.output.StandardOutput;
import java.io.PrintWriter;

/** Where the process starts. */
public final class Main {
    private Main() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        StandardError.restore();
        // One line per message: the default format takes two and begins with the date.
        if (System.getProperty("java.util.logging.SimpleFormatter.format") == null) {
            System.setProperty("java.util.logging.SimpleFormatter.format", "deltarule: %5$s%n");
        }
        StandardOutput output = StandardOutput.ofProcess();
        PrintWriter out = output.writer();
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        int code = new Cli(out, err, SaidOnce.ofUser(System.getenv(), System.getProperty("os.name"))).run(args);
        out.flush();
        code = output.exitCode(code, err);
        err.flush();
        System.exit(code);
    }
}

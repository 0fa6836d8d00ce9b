package io.deltarule.spark.job;

import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.NumericException;
import io.deltarule.loader.GgufException;
import io.deltarule.loader.SafetensorsException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a job ended, for the command line.
 *
 * @param kind input, machine or defect
 * @param message one line
 */
record JobFailure(String kind, String message) {
    static final String INPUT = "input";
    static final String MACHINE = "machine";
    static final String DEFECT = "defect";

    /** How an exception of a task reads where Spark hands on its text alone. */
    private static final Pattern OF_A_TASK = Pattern.compile("io\\.deltarule\\.[\\w.]*\\.(\\w+Exception): ([^\\n]+)");

    private static final Pattern NO_MASTER =
            Pattern.compile("stopped SparkContext|SparkContext was shut down|masters are unresponsive");
    private static final Pattern NO_URL = Pattern.compile("(?i)could not parse master url|invalid master");

    /** What an exception of a job means; what a task threw is inside of Spark's own. */
    static JobFailure of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case InvalidInputException e -> {
                    return new JobFailure(INPUT, e.getMessage());
                }
                case SafetensorsException e -> {
                    boolean refused = e.problem() == SafetensorsException.Problem.IO_FAILED;
                    return new JobFailure(refused ? MACHINE : INPUT, e.getMessage());
                }
                case GgufException e -> {
                    return new JobFailure(INPUT, e.getMessage());
                }
                case NumericException e -> {
                    return new JobFailure(INPUT, e.getMessage());
                }
                case EngineUnavailableException e -> {
                    return new JobFailure(MACHINE, e.getMessage());
                }
                default -> {
                    String said = String.valueOf(cause.getMessage());
                    if (NO_URL.matcher(said).find()) {
                        return new JobFailure(
                                INPUT,
                                "--master: expected one that Spark knows but found: "
                                        + said.lines().findFirst().orElse(""));
                    }
                    if (NO_MASTER.matcher(said).find()) {
                        return new JobFailure(
                                MACHINE,
                                "Spark: expected a master that answers, and executors that start, but found none; look at --master"
                                        + " and at the master's log");
                    }
                    Matcher told = OF_A_TASK.matcher(said);
                    if (told.find()) {
                        boolean machine = told.group(1).equals("EngineUnavailableException");
                        return new JobFailure(
                                machine ? MACHINE : INPUT, told.group(2).strip());
                    }
                }
            }
        }
        return new JobFailure(DEFECT, String.valueOf(thrown).lines().findFirst().orElse("unknown"));
    }
}

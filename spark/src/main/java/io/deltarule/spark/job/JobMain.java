package io.deltarule.spark.job;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.SparkSession;

/** What {@code spark-submit} starts: one job, whose configuration comes by standard input, since an argument may be too long for a process. */
public final class JobMain {
    private JobMain() {}

    /**
     * Runs a job and reports on standard output.
     *
     * @param args none; standard input has a {@link JobConfig} or a {@link StateConfig} in JSON
     */
    public static void main(String[] args) throws IOException {
        if (run(new String(System.in.readAllBytes(), StandardCharsets.UTF_8), System.out) != 0) {
            System.exit(1);
        }
    }

    /** Runs a job in Spark's session of this process, or one that Spark's own settings say. */
    static int run(String json, PrintStream out) {
        JobReport report = new JobReport(out);
        try {
            if (StateConfig.isOne(json)) {
                StateConfig config = StateConfig.parse(json);
                report.done(new StateJob(session(StateConfig.COMMAND), config, report).run());
            } else {
                JobConfig config = JobConfig.parse(json);
                report.done(new CorpusJob(session(config.command()), config, report)
                        .run()
                        .json());
            }
            return 0;
        } catch (Exception e) {
            report.failed(JobFailure.of(e));
            if (Boolean.getBoolean("deltarule.debug")) {
                e.printStackTrace();
            }
            return 1;
        }
    }

    private static SparkSession session(String command) {
        return SparkSession.builder().appName("deltarule " + command).getOrCreate();
    }
}

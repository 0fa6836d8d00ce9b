package io.deltarule.spark.job;

import java.io.PrintStream;
import org.apache.spark.sql.SparkSession;

/** What {@code spark-submit} starts: one job, whose configuration is the only argument. */
public final class JobMain {
    private JobMain() {}

    /**
     * Runs a job and reports on standard output.
     *
     * @param args a {@link JobConfig} in JSON
     */
    public static void main(String[] args) {
        if (run(args[0], System.out) != 0) {
            System.exit(1);
        }
    }

    /** Runs a job in Spark's session of this process, or one that Spark's own settings say. */
    static int run(String json, PrintStream out) {
        JobReport report = new JobReport(out);
        try {
            JobConfig config = JobConfig.parse(json);
            SparkSession spark = SparkSession.builder()
                    .appName("deltarule " + config.command())
                    .getOrCreate();
            report.done(new CorpusJob(spark, config, report).run());
            return 0;
        } catch (Exception e) {
            report.failed(JobFailure.of(e));
            if (Boolean.getBoolean("deltarule.debug")) {
                e.printStackTrace();
            }
            return 1;
        }
    }
}

package io.deltarule.spark;

import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** Spark in this JVM, two tasks at a time. */
public final class LocalSpark {
    private LocalSpark() {}

    /** Ends what other tests have left: a JVM has one at a time. */
    static void stop() {
        scala.Option<SparkSession> left = SparkSession.getDefaultSession();
        if (left.isDefined()) {
            left.get().stop();
        }
        SparkSession.clearDefaultSession();
        SparkSession.clearActiveSession();
    }

    /** The session of all tests of this JVM. */
    public static SparkSession session() {
        return SparkSession.builder()
                .master("local[2]")
                .appName("tests")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config(
                        "spark.sql.warehouse.dir",
                        Path.of("target", "warehouse").toAbsolutePath().toString())
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate();
    }
}

package io.deltarule.spark.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartSizeTest {
    @ParameterizedTest(name = "{0} rows of {1} bytes on {2} cores: {3}")
    @CsvSource({
        "2000, 200000, 2, 63", // sixteen parts for every core
        "2000, 200000, 1, 125",
        "100, 10000, 2, 32", // fewer would not fill runs
        "1000000, 100000000, 8, 1000", // no more than these
        "100, 6000000, 2, 4", // long texts fill runs alone
        "10, 100000000, 2, 1", // and very long ones are parts alone
        "0, 0, 4, 32",
        "5, 0, 4, 32", // of an empty file's rows nothing is known
        "1000000000000, 1, 1, 1000"
    })
    void partsAreForAllCores(long rows, long bytes, int cores, int expected) {
        assertEquals(expected, new PartSize(rows, bytes, cores).chosen());
    }
}

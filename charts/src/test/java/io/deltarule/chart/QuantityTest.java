package io.deltarule.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({
        "0.0025,2.5m",
        "0.585,0.585",
        "0.5,0.5",
        "0.0123,0.0123",
        "247.3,247",
        "999.9,1k",
        "1000,1k",
        "12345,12.3k",
        "1e-7,100n"
    })
    void decimalsAreShort(double value, String expected) {
        assertEquals(expected, Quantity.decimal(value));
    }

    @ParameterizedTest
    @CsvSource({"512,512", "1024,1k", "65536,64k", "1572864,1.5M"})
    void binaryThousands(double value, String expected) {
        assertEquals(expected, Quantity.binary(value));
    }

    @ParameterizedTest
    @CsvSource({"31.5e12,31.5 TFLOP/s", "188e9,188 GFLOP/s", "34.7e9,34.7 GB/s", "420,420 FLOP/s"})
    void unitsPeopleSay(double value, String expected) {
        assertEquals(expected, Quantity.of(value, expected.replaceFirst("^\\S+ [TG]?", "")));
    }
}

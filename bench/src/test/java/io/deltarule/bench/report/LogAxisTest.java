package io.deltarule.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogAxisTest {
    @ParameterizedTest
    @CsvSource({
        "512,true,512",
        "1024,true,1k",
        "65536,true,64k",
        "1000,false,1k",
        "0.0025,false,2.5m",
        "0.585,false,0.585",
        "0.5,false,0.5",
        "0.0123,false,0.0123",
        "247.3,false,247",
        "999.9,false,1k",
        "12345,false,12.3k",
        "1e-7,false,100n"
    })
    void labelsAreShort(double value, boolean powersOfTwo, String expected) {
        assertEquals(expected, LogAxis.label(value, powersOfTwo));
    }

    @Test
    void endsLieWhereTheyShouldAndTicksBetweenThem() {
        LogAxis axis = LogAxis.around(512, 65536, 60, 460);
        assertEquals(60, axis.at(axis.least()), 1e-9);
        assertEquals(460, axis.at(axis.most()), 1e-9);
        assertEquals(List.of(512.0, 1024.0, 2048.0, 4096.0, 8192.0, 16384.0, 32768.0, 65536.0), axis.ticks(true));
        assertTrue(LogAxis.around(1e-3, 1e9, 0, 1).ticks(false).size() <= 8);
        assertTrue(LogAxis.around(5, 5, 0, 1).ticks(false).size() >= 1);
    }
}

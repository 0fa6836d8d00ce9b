package io.deltarule.tornado.quirks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What TornadoVM is told before it starts. On a real one it has started already. */
@Tag("emulator")
class RuntimePropertiesTest {
    private final Properties before = (Properties) System.getProperties().clone();

    @AfterEach
    void restore() {
        System.setProperties(before);
    }

    @Test
    void setsWhatIsNotGiven() {
        List<String> all = List.of(
                "tornado.recover.bailout",
                "tornado.device.memory",
                "tornado.tvm.maxbytecodesize",
                "tornado.enable.fix.reads");
        all.forEach(System::clearProperty);
        System.setProperty("tornado.device.memory", "2GB");
        RuntimeProperties.set();
        assertEquals("False", System.getProperty("tornado.recover.bailout"));
        assertEquals("2GB", System.getProperty("tornado.device.memory"), "what is given stays");
        assertEquals("262144", System.getProperty("tornado.tvm.maxbytecodesize"));
        assertEquals("False", System.getProperty("tornado.enable.fix.reads"));
    }

    @Test
    void aBailoutThatIsNotSwitchedOffIsNoticed() {
        System.clearProperty("tornado.recover.bailout");
        assertTrue(RuntimeProperties.recoversBailouts());
        RuntimeProperties.set();
        assertEquals(false, RuntimeProperties.recoversBailouts());
    }
}

package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import org.junit.jupiter.api.Test;

class DevicesCommandTest {
    @Test
    void everyEngineIsListedWithItsDevicesOrItsCure() throws Exception {
        CliRun text = CliRun.of("devices").succeeded();
        JsonNode engines = new ObjectMapper()
                .readTree(CliRun.of("devices", "--json").out())
                .get("engines");
        assertEquals(Engines.all().size(), engines.size());
        for (JsonNode engine : engines) {
            assertTrue(text.out().contains(engine.get("name").asText() + ": "));
            assertEquals(
                    engine.get("available").asBoolean(), engine.get("missing").isNull());
        }
        for (DeltaEngine engine : Engines.all()) {
            engine.devices().forEach(device -> assertTrue(text.out().contains(device.id())));
        }
    }

    @Test
    void everyCommandHasHelp() {
        assertTrue(CliRun.of().succeeded().out().contains("Exit codes"));
        for (String command : new String[] {"devices", "op", "compare"}) {
            String help = CliRun.of(command, "--help").succeeded().out();
            assertTrue(help.contains("Usage: deltarule " + command), help);
        }
    }
}

package io.deltarule.bench.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Device;
import io.deltarule.core.Engines;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists what can run here and, for what cannot, what to install. */
@Command(
        name = "devices",
        description = {
            "Lists every engine and device: what can run here, what is missing and what to install.",
            "The ids are what --engine and --device of the other commands take. 'auto' takes a device marked *, a"
                    + " TornadoVM GPU first; the others are asked for by name."
        })
final class DevicesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print a JSON document instead of text.")
    private boolean json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        List<DeltaEngine> engines = Engines.all();
        if (json) {
            out.println(Json.text(document(engines)));
        } else {
            engines.forEach(engine -> print(engine, out));
        }
    }

    private static void print(DeltaEngine engine, PrintWriter out) {
        out.println(engine.name() + ": " + engine.description());
        engine.unavailable().ifPresent(why -> out.println("    cannot run here: " + why));
        for (Device device : engine.devices()) {
            out.println("  " + (device.automatic() ? "* " : "  ") + device.id() + "  " + device.name() + " ("
                    + device.kind() + ", " + device.backend() + memory(device) + ")");
        }
    }

    private static String memory(Device device) {
        return device.memoryBytes() == 0 ? "" : ", " + (device.memoryBytes() >> 20) + " MiB";
    }

    private static ObjectNode document(List<DeltaEngine> engines) {
        ObjectNode document = Json.object();
        ArrayNode list = document.putArray("engines");
        for (DeltaEngine engine : engines) {
            ObjectNode node = list.addObject()
                    .put("name", engine.name())
                    .put("description", engine.description())
                    .put("available", engine.unavailable().isEmpty())
                    .put("missing", engine.unavailable().orElse(null));
            ArrayNode devices = node.putArray("devices");
            for (Device device : engine.devices()) {
                devices.addObject()
                        .put("id", device.id())
                        .put("name", device.name())
                        .put("kind", device.kind())
                        .put("backend", device.backend())
                        .put("memory_bytes", device.memoryBytes())
                        .put("automatic", device.automatic());
            }
        }
        return document;
    }
}

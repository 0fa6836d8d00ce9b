package io.deltarule.cli.sdk;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.output.Json;
import io.deltarule.cli.output.TextTable;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Device;
import io.deltarule.core.Engines;
import io.deltarule.sdk.driver.Driver;
import io.deltarule.sdk.search.Diagnosis;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists what can run here and, for what cannot, what to install. */
@Command(
        name = "devices",
        description = {
            "Lists every engine and device: what can run here, what is missing, why, and what to do about it.",
            "The ids are what --engine and --device of the other commands take. 'auto' takes a device marked *, a"
                    + " TornadoVM GPU first; the others are asked for by name."
        })
public final class DevicesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print a JSON document instead of text.")
    private boolean json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        List<DeltaEngine> engines = Engines.all();
        Optional<String> problem = engines.stream()
                .filter(e -> e.name().equals("tornado"))
                .findFirst()
                .flatMap(DeltaEngine::unavailable);
        Diagnosis diagnosis =
                Diagnosis.run(System.getenv(), System.getProperty("io.deltarule.tornado.problem", ""), problem);
        if (json) {
            out.println(Json.text(document(engines, diagnosis)));
        } else {
            print(engines, diagnosis, out);
        }
    }

    private static void print(List<DeltaEngine> engines, Diagnosis diagnosis, PrintWriter out) {
        TextTable table = new TextTable("", "engine", "device", "name", "kind", "memory", "through");
        for (DeltaEngine engine : engines) {
            for (Device device : engine.devices()) {
                table.row(
                        device.automatic() ? "*" : "",
                        engine.name(),
                        device.id(),
                        device.name(),
                        device.kind(),
                        device.memoryBytes() == 0 ? "" : (device.memoryBytes() >> 20) + " MiB",
                        device.backend());
            }
        }
        table.print(out);
        out.println("*  what --engine auto takes, a GPU first; all others are asked for by name (--engine, --device)");
        out.println();
        for (DeltaEngine engine : engines) {
            out.println(engine.name() + ": " + engine.description());
            engine.unavailable().ifPresent(why -> out.println("    cannot run here: " + why));
        }
        out.println();
        out.println("TornadoVM: " + diagnosis.sdkLine());
        TextTable drivers = new TextTable("  interface", "found", "devices");
        for (Driver driver : diagnosis.drivers().all()) {
            drivers.row("  " + driver.name(), driver.found(), String.join(", ", driver.devices()));
        }
        drivers.print(out);
        for (Driver driver : diagnosis.drivers().all()) {
            driver.cure().ifPresent(cure -> out.println("  " + driver.name() + " is missing: " + cure));
        }
        if (!diagnosis.hints().isEmpty()) {
            out.println();
            diagnosis.hints().forEach(hint -> out.println("hint: " + hint));
        }
    }

    private static ObjectNode document(List<DeltaEngine> engines, Diagnosis diagnosis) {
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
        tornado(document.putObject("tornadovm"), diagnosis);
        return document;
    }

    private static void tornado(ObjectNode node, Diagnosis diagnosis) {
        if (diagnosis.search().sdk().isEmpty()) {
            node.putNull("sdk");
        } else {
            var sdk = diagnosis.search().sdk().get();
            ObjectNode described = node.putObject("sdk")
                    .put("folder", sdk.folder().toString())
                    .put("version", sdk.version())
                    .put("found_through", diagnosis.search().by())
                    .put("running", diagnosis.search().running());
            sdk.backends().forEach(described.putArray("backends")::add);
        }
        ArrayNode drivers = node.putArray("drivers");
        for (Driver driver : diagnosis.drivers().all()) {
            ObjectNode described = drivers.addObject()
                    .put("name", driver.name())
                    .put("usable", driver.isUsable())
                    .put("found", driver.found())
                    .put("cure", driver.cure().orElse(null));
            driver.devices().forEach(described.putArray("devices")::add);
        }
        diagnosis.hints().forEach(node.putArray("hints")::add);
    }
}

package io.deltarule.sdk.pack;

import io.deltarule.sdk.InstallException;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A Java to send along: that of this JVM without what only developers need. */
final class JavaImage {
    /** Tools that neither this program nor TornadoVM calls; all other modules stay, since TornadoVM asks for all that there are. */
    private static final Set<String> TOOLS = Set.of(
            "jdk.attach",
            "jdk.compiler",
            "jdk.editpad",
            "jdk.hotspot.agent",
            "jdk.internal.ed",
            "jdk.internal.opt",
            "jdk.jartool",
            "jdk.javadoc",
            "jdk.jconsole",
            "jdk.jcmd",
            "jdk.jdeps",
            "jdk.jdi",
            "jdk.jlink",
            "jdk.jpackage",
            "jdk.jshell",
            "jdk.jstatd");

    private JavaImage() {}

    /** The modules that are sent. */
    static List<String> modules() {
        return ModuleFinder.ofSystem().findAll().stream()
                .map(module -> module.descriptor().name())
                .filter(name -> !TOOLS.contains(name))
                .sorted()
                .toList();
    }

    /**
     * Makes it with the JDK's own {@code jlink}.
     *
     * @param modules what it has
     * @param folder does not exist
     * @throws InstallException if this Java has no {@code jlink}, or that fails
     */
    static void link(List<String> modules, Path folder) {
        Path tool = Path.of(System.getProperty("java.home"), "bin", "jlink");
        if (!Files.isExecutable(tool)) {
            throw new InstallException("pack: expected the JDK's jlink but there is none in " + tool.getParent()
                    + "; start with JAVA_HOME at a whole JDK 25");
        }
        List<String> command = List.of(
                tool.toString(),
                "--add-modules",
                modules.stream().collect(Collectors.joining(",")),
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                "--output",
                folder.toString());
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new InstallException("pack: expected jlink to make a Java but it failed: " + said);
            }
        } catch (IOException e) {
            throw new InstallException("pack: jlink cannot be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InstallException("pack: interrupted", e);
        }
    }
}

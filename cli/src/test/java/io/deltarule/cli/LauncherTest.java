package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher: that it builds when it has to, and how it starts the program. */
class LauncherTest extends LauncherSandbox {
    @Test
    void buildsOnceAndPassesEverythingOn() throws Exception {
        // Long enough for its progress to be seen.
        Outcome first = finish(start(Map.of("PROBE_SLEEP", "1.2"), "op", "two words", "$HOME"));
        assertEquals(0, first.code(), first.err());
        assertEquals(1, first.builds());
        assertTrue(first.err().contains("[2/6] the mathematics"), first.err());
        assertTrue(first.out().contains("args op|two words|$HOME"), first.out());
        assertTrue(first.out().contains("folder " + elsewhere.toRealPath()), first.out());
        assertTrue(first.out().contains("vector true"), first.out());

        Outcome second = run("fail");
        assertEquals(7, second.code());
        // Nothing about incubator modules, nothing of the build.
        assertEquals("to standard error", second.err().strip());
    }

    /** Arguments, environment and file names: none set, the least one, and one that this machine does not have. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "LC_ALL=C",
                "LC_ALL=POSIX",
                "LC_ALL=",
                "LC_ALL=xx_XX.UTF-8",
                "LANG=xx_XX.UTF-8",
                "LC_CTYPE=xx_XX.UTF-8",
                "LC_CTYPE=C.UTF-8 LANG=xx_XX.UTF-8"
            })
    void lettersArriveUnderAnyLocale(String locale) throws Exception {
        assumeTrue(System.getProperty("sun.jnu.encoding", "").equals("UTF-8"), "this test can pass them on");
        Map<String, String> environment =
                new HashMap<>(Map.of("LC_ALL", "", "LC_CTYPE", "", "LANG", "", "PROBE_TEXT", "héllo 中"));
        for (String set : locale.split(" ", -1)) {
            environment.put(set.substring(0, set.indexOf('=')), set.substring(set.indexOf('=') + 1));
        }
        Files.writeString(elsewhere.resolve("Grüße, 你好"), "read");
        Outcome outcome = finish(start(environment, "Grüße, 你好"));
        assertTrue(outcome.out().contains("args Grüße, 你好"), outcome.out());
        assertTrue(outcome.out().contains("text héllo 中"), outcome.out());
        assertTrue(outcome.out().contains("file read"), outcome.out());
    }

    /** What {@code deltarule pack} makes: no sources, a Java and perhaps an SDK beside the launcher. */
    @Test
    void aPackedFolderBringsItsOwnJavaAndBuildsNothing() throws Exception {
        assertEquals(1, run().builds());
        Files.delete(project.resolve("pom.xml"));
        Files.delete(project.resolve("mvnw"));
        Files.createSymbolicLink(project.resolve("java"), Path.of(System.getProperty("java.home")));
        Outcome alone = finish(start(Map.of("JAVA_HOME", "/nowhere", "PATH", "/usr/bin:/bin"), "devices"));
        assertEquals(0, alone.code(), alone.err());
        assertEquals(0, alone.builds());
        assertTrue(alone.out().contains("found \n"), alone.out());
        Path sdk = Files.createDirectories(project.resolve("tornadovm/share"));
        Files.writeString(sdk.resolveSibling("tornado-argfile.template"), "-Dprobe.sdk=${TORNADOVM_HOME}\n");
        Outcome with = finish(start(Map.of("JAVA_HOME", "/nowhere", "PATH", "/usr/bin:/bin"), "devices"));
        assertTrue(with.out().contains("sdk " + project.toRealPath().resolve("tornadovm")), with.out() + with.err());
    }

    @Test
    void rebuildsWhenSourcesChangeOrVanish() throws Exception {
        assertEquals(1, run().builds());
        assertEquals(0, run().builds());
        Files.writeString(project.resolve("core/src/main/java/A.java"), "class A { int x; }");
        assertEquals(1, run().builds(), "after an edit");
        assertEquals(0, run().builds());
        TimeUnit.MILLISECONDS.sleep(20);
        Files.delete(project.resolve("core/src/main/java/B.java"));
        assertEquals(1, run().builds(), "after a deletion");
        TimeUnit.MILLISECONDS.sleep(20);
        Files.writeString(project.resolve("core/pom.xml"), "<project> </project>");
        assertEquals(1, run().builds(), "after an edit of a pom");
        assertEquals(0, run().builds());
    }

    /** Built with their profile and on the class path where bench asks for them, and otherwise not at all. */
    @Test
    void peersAreBuiltAndAddedOnlyWhereAskedFor() throws Exception {
        Path source = Files.writeString(
                folder.resolve("Main.java"),
                "package io.deltarule.cli; public class Main { public static void main(String[] args) {"
                        + " System.out.println(String.join(\" \", args) + \"@\""
                        + " + System.getProperty(\"java.class.path\")); } }");
        Path classes = folder.resolve("classes");
        assertEquals(
                0,
                javax.tools.ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", classes.toString(), source.toString()));
        Path target = project.resolve("peer-torch/target");
        maven("echo \"$*\" >> '" + folder.resolve("asked") + "'; cp '" + folder.resolve("probe.jar") + "' '"
                + project.resolve("cli/target/deltarule.jar") + "'; case $* in *-Ppeers*) mkdir -p '" + target
                + "'; touch '" + target + "/peer-torch.jar'; printf %s '" + classes + "' > '" + target
                + "/class-path';; esac");
        Outcome plain = run("op", "--peers");
        assertTrue(plain.out().contains("args op|--peers"), plain.out());
        Outcome first = run("bench", "--peers");
        assertEquals(0, first.code(), first.err());
        assertEquals(1, first.builds(), "the peer is not built yet");
        assertTrue(first.out().startsWith("bench --peers@"), first.out());
        assertTrue(first.out().contains("/cli/target/deltarule.jar:"), first.out());
        assertTrue(first.out().strip().endsWith("/peer-torch/target/peer-torch.jar:" + classes), first.out());
        assertEquals(0, run("bench", "--peers").builds());
        List<String> asked = Files.readAllLines(folder.resolve("asked"));
        assertEquals(2, asked.size());
        assertFalse(asked.getFirst().contains("peers"), asked.getFirst());
        assertTrue(asked.getLast().contains("-Ppeers -pl cli,peer-torch -am package"), asked.getLast());
    }

    @Test
    void theModuleForSparkIsBuiltWhereItIsAskedForOnly() throws Exception {
        Path jar = project.resolve("spark/target/spark-deltarule.jar");
        maven("echo \"$*\" >> '" + folder.resolve("asked") + "'; cp '" + folder.resolve("probe.jar") + "' '"
                + project.resolve("cli/target/deltarule.jar") + "'; case $* in *,spark*) mkdir -p '"
                + jar.getParent() + "'; touch '" + jar + "';; esac");
        assertEquals(0, run("op", "spark").code());
        assertEquals(1, run("spark", "embed").builds());
        assertEquals(0, run("spark", "embed").builds());
        List<String> asked = Files.readAllLines(folder.resolve("asked"));
        assertEquals(2, asked.size());
        assertTrue(asked.getFirst().contains("-pl cli -am package"), asked.getFirst());
        assertTrue(asked.getLast().contains("-pl cli,spark -am package"), asked.getLast());
    }

    @Test
    void twoFirstRunsBuildOnce() throws Exception {
        Process one = start(Map.of(), "one");
        Process two = start(Map.of(), "two");
        Outcome first = finish(one);
        Outcome second = finish(two);
        assertEquals(0, first.code(), first.err());
        assertEquals(0, second.code(), second.err());
        assertEquals(1, first.builds() + second.builds());
        assertFalse(Files.isSymbolicLink(project.resolve(".deltarule/build.lock")));
    }

    @Test
    void aLockWhoseOwnerDiedDoesNotBlock() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Files.createDirectories(project.resolve(".deltarule"));
        Files.createSymbolicLink(project.resolve(".deltarule/build.lock"), Path.of(Long.toString(dead.pid())));
        assertEquals(0, run().code());
    }

    @Test
    void aFailedBuildShowsWhyAndStartsNothing() throws Exception {
        maven("echo '[INFO] noise'; echo '[ERROR] core/src/main/java/A.java:[1,2] cannot find symbol'; exit 1");
        Outcome outcome = run("op");
        assertEquals(70, outcome.code());
        assertEquals("", outcome.out());
        assertTrue(outcome.err().contains("A.java:[1,2] cannot find symbol"), outcome.err());
        assertFalse(outcome.err().contains("noise"), outcome.err());
        assertEquals(1, run("op").builds(), "tries again");
    }

    /** Services and containers may have none. */
    @Test
    void withoutAHome() throws Exception {
        Process process = new ProcessBuilder(
                        "env", "-u", "HOME", project.resolve("deltarule").toString(), "op")
                .directory(elsewhere.toFile())
                .start();
        Outcome outcome = finish(process);
        assertEquals(0, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("args op"), outcome.out());
    }
}

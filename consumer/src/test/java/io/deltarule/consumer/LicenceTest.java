package io.deltarule.consumer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.TestScope;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the jar of the command line carries of others, and what it says about that. */
@Tag(TestScope.THOROUGH)
class LicenceTest {
    private static final Path JAR = BuiltJars.ROOT.resolve("cli/target/deltarule.jar");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| [\\w.-]+:([\\w-]+)[^|]* \\| ([^ |]+) \\| ([^|]+) \\| ([^|]+) \\|$");
    private static final String OF_TESTS = ".*/(junit|opentest4j|apiguardian|jspecify).*";

    private static Matcher rows() throws IOException {
        return ROW.matcher(Files.readString(BuiltJars.ROOT.resolve("THIRD-PARTY.md")));
    }

    private static byte[] read(JarFile jar, String name) throws IOException {
        ZipEntry entry = jar.getEntry(name);
        assertTrue(entry != null, name + " is missing");
        return jar.getInputStream(entry).readAllBytes();
    }

    @Test
    void everyBundledLibraryIsListedWithItsVersion() throws IOException {
        Set<String> listed = new TreeSet<>();
        rows().results().forEach(row -> listed.add(row.group(1) + "-" + row.group(2)));
        Set<String> bundled = Stream.of(
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                                .split(File.pathSeparator, -1))
                .filter(entry -> entry.endsWith(".jar") && !entry.contains("/target/") && !entry.matches(OF_TESTS))
                .map(entry -> Path.of(entry).getParent())
                .map(version -> version.getParent().getFileName() + "-" + version.getFileName())
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(bundled.size() > 15, bundled::toString);
        assertEquals(bundled, listed);
    }

    @Test
    void licencesAndNoticesAreInTheJar() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            assertArrayEquals(Files.readAllBytes(BuiltJars.ROOT.resolve("LICENSE")), read(jar, "META-INF/LICENSE"));
            assertArrayEquals(
                    Files.readAllBytes(BuiltJars.ROOT.resolve("THIRD-PARTY.md")), read(jar, "META-INF/THIRD-PARTY.md"));
            String notice = new String(read(jar, "META-INF/NOTICE"), StandardCharsets.UTF_8);
            for (String owner :
                    List.of("deltarule", "Apache Commons Compress", "Jackson JSON processor", "Schubfach")) {
                assertTrue(notice.contains(owner), owner);
            }
            int texts = 0;
            Matcher rows = rows();
            while (rows.find()) {
                for (String text : rows.group(4).split(", ", -1)) {
                    assertTrue(read(jar, "META-INF/" + text.strip()).length > 500, text);
                    texts++;
                }
            }
            assertTrue(texts > 15, "texts named");
        }
    }

    /** Every jar that Maven installs has the licence too. */
    @ParameterizedTest
    @ValueSource(
            strings = {"core", "loader", "models", "training", "tornado-kernels", "tornado-emulator", "cli", "charts"})
    void everyModulesJarHasItsLicence(String module) throws IOException {
        try (JarFile jar = new JarFile(BuiltJars.of(module).toFile())) {
            assertArrayEquals(Files.readAllBytes(BuiltJars.ROOT.resolve("LICENSE")), read(jar, "META-INF/LICENSE"));
            read(jar, "META-INF/NOTICE");
        }
    }

    @Test
    @EnabledOnOs(
            value = OS.LINUX,
            disabledReason = "elsewhere OpenBLAS brings GNU Fortran's libraries (THIRD-PARTY.md)")
    void nothingOfTheJarIsUnderTheGplOrTheLgpl() throws IOException {
        String standIn = "org/bytedeco/openblas/linux-x86_64/libgfortran.so.5";
        Pattern ofGnu = Pattern.compile(".*(gfortran|quadmath|gomp|libgcc|LGPL|/GPL|erichseifert).*");
        try (JarFile jar = new JarFile(JAR.toFile())) {
            List<String> found = jar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> ofGnu.matcher(name).matches() && !name.equals(standIn))
                    .toList();
            assertEquals(List.of(), found);
            assertArrayEquals(
                    Files.readAllBytes(BuiltJars.ROOT.resolve("cli/src/main/native/linux-x86_64/libgfortran.so.5")),
                    read(jar, standIn));
        }
        assertFalse(rows().results().anyMatch(row -> row.group(3).matches("(?i)L?GPL.*")));
    }

    /** The command line computes with OpenBLAS although GNU Fortran's library is not what OpenBLAS was linked with. */
    @Test
    void theCommandLineComputesWithWhatIsInTheJar(@TempDir Path folder) throws Exception {
        JavaProcess program = JavaProcess.java(
                folder,
                List.of(
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"),
                        "-jar",
                        JAR.toString(),
                        "experiment",
                        "retrieval",
                        "--K",
                        "8",
                        "--V",
                        "8",
                        "--trials",
                        "2"));
        assertEquals(0, program.code(), program.err());
        assertTrue(program.out().contains("share of payloads retrieved"), program.out());
    }
}

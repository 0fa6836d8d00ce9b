package io.deltarule.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.layer.WeightType;
import io.deltarule.core.testkit.TestScope;
import io.deltarule.models.format.ModelTemplates;
import io.deltarule.models.format.RandomModel;
import java.io.File;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program of a user, compiled and run with the built jars: on the class path, and as a module. */
@Tag(TestScope.THOROUGH)
class ConsumerTest {
    private static final Path SOURCES = Path.of("src", "test", "project", "src", "main", "java");
    private static final String VECTORS = "--add-modules=jdk.incubator.vector";
    private static final String UNSAFE = "--sun-misc-unsafe-memory-access=allow";

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void makeAModel() throws Exception {
        model = folder.resolve("model");
        RandomModel.write(
                model,
                ModelTemplates.config("delta_net", Map.of("vocab_size", "512")),
                new RandomModel.Options(WeightType.BF16, 1, 1));
        Files.copy(
                BuiltJars.ROOT.resolve("models/src/test/resources/tokenizer/tokenizer.json"),
                model.resolve("tokenizer.json"));
    }

    private static void hasRun(String engine, JavaProcess program) {
        assertEquals(0, program.code(), program.err());
        assertEquals(
                List.of(engine + " reads back what was written: true", "4 new tokens"),
                program.out().lines().toList());
        if (engine.equals("cpu")) { // the engine tornado says that it runs on the emulator
            assertEquals(
                    "WARNING: Using incubator modules: jdk.incubator.vector",
                    program.err().strip());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "reference", "tornado"})
    void onTheClassPath(String engine) throws Exception {
        compile(List.of("--class-path", BuiltJars.path(BuiltJars.ofLibraries())));
        JavaProcess program = onClassPath(engine, VECTORS, "--enable-native-access=ALL-UNNAMED", UNSAFE);
        hasRun(engine, program);
    }

    @Test
    void aMissingFlagIsNamed() throws Exception {
        compile(List.of("--class-path", BuiltJars.path(BuiltJars.ofLibraries())));
        JavaProcess program = onClassPath("cpu", "--enable-native-access=ALL-UNNAMED", UNSAFE);
        assertEquals(1, program.code());
        assertTrue(
                program.err()
                        .contains("engine cpu: expected Java's Vector API but this JVM was started without it;"
                                + " start java with " + VECTORS),
                program.err());
        assertFalse(program.err().contains("NoClassDefFoundError"), program.err());
        JavaProcess automatic = onClassPath("auto", UNSAFE);
        assertTrue(automatic.err().contains("start java with " + VECTORS), automatic.err());
        JavaProcess refused = onClassPath("cpu", VECTORS, UNSAFE, "--illegal-native-access=deny");
        assertTrue(refused.err().contains("start it with --enable-native-access=ALL-UNNAMED"), refused.err());
        hasRun("reference", onClassPath("reference", UNSAFE, "--enable-native-access=ALL-UNNAMED"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "tornado"})
    void asAModuleWithoutAddingAny(String engine) throws Exception {
        String modulePath = BuiltJars.path(BuiltJars.ofLibraries());
        Path module = Files.writeString(folder.resolve("module-info.java"), """
                module example {
                    requires io.deltarule.models;
                }
                """);
        compile(List.of("--module-path", modulePath, module.toString()));
        JavaProcess program = JavaProcess.java(
                folder,
                List.of(
                        "--module-path",
                        modulePath + File.pathSeparator + folder.resolve("classes"),
                        "--enable-native-access=io.deltarule.core,org.bytedeco.javacpp,ai.djl.tokenizers,com.sun.jna",
                        UNSAFE,
                        "--module",
                        "example/example.App",
                        engine,
                        model.toString()));
        hasRun(engine, program);
    }

    private JavaProcess onClassPath(String engine, String... flags) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(flags));
        arguments.addAll(List.of(
                "--class-path",
                BuiltJars.path(BuiltJars.ofLibraries()) + File.pathSeparator + folder.resolve("classes"),
                "example.App",
                engine,
                model.toString()));
        return JavaProcess.java(folder, arguments);
    }

    /** Compiles the program with every warning an error, so that users get none of ours. */
    private void compile(List<String> options) throws Exception {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        List<String> all = new ArrayList<>(List.of(
                "-d",
                Files.createDirectories(folder.resolve("classes")).toString(),
                "-Xlint:all,-path,-incubating",
                "-Werror"));
        List<Path> sources = new ArrayList<>(List.of(SOURCES.resolve("example/App.java")));
        for (String option : options) {
            if (option.endsWith(".java")) {
                sources.add(Path.of(option));
            } else {
                all.add(option);
            }
        }
        StringWriter complaints = new StringWriter();
        try (StandardJavaFileManager files = javac.getStandardFileManager(null, null, null)) {
            boolean compiled = javac.getTask(
                            complaints, files, null, all, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertTrue(compiled, complaints::toString);
        }
    }
}

package io.deltarule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.testkit.TestScope;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.AccessFlag;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same jars on the module path, where internal packages are closed: seen by javac and by a JVM of their own. */
@Tag(TestScope.THOROUGH)
class ModulePathTest {
    /** What tests have on their class path, without the tests, which lie in the packages of the modules they test. */
    private static final List<Path> JARS = Stream.of(
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                            .split(File.pathSeparator, -1))
            .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("-tests.jar"))
            .map(Path::of)
            .toList();

    private static final String MODULE_PATH =
            JARS.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));

    /** How a kernel's descriptor begins. */
    private static final String KERNEL = "(Luk/ac/manchester/tornado/api/KernelContext;";

    @TempDir
    Path folder;

    private record Outcome(int code, String out, String err) {}

    @ParameterizedTest
    @CsvSource({
        "io.deltarule.core, io.deltarule.core io.deltarule.core.layer io.deltarule.core.resident io.deltarule.core.training",
        "io.deltarule.loader, io.deltarule.loader",
        "io.deltarule.models, io.deltarule.models io.deltarule.models.chat io.deltarule.models.corpus io.deltarule.models.format io.deltarule.models.inference"
                + " io.deltarule.models.jet io.deltarule.models.rwkv7 io.deltarule.models.segment io.deltarule.models.training",
        "io.deltarule.training, io.deltarule.training io.deltarule.training.task",
        "io.deltarule.tornado, ''",
        "io.deltarule.sdk, ''",
        "io.deltarule.experiments, ''",
        "io.deltarule.bench, ''",
        "io.deltarule.cli, ''"
    })
    void everybodySeesThesePackagesAndNoOthers(String module, String packages) {
        Set<String> seen = find(module).descriptor().exports().stream()
                .filter(e -> !e.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toSet());
        assertEquals(packages.isEmpty() ? Set.of() : Set.of(packages.split(" ")), seen);
    }

    /** Users of the class path find the engines by a file, users of modules by their descriptors. */
    @ParameterizedTest
    @ValueSource(strings = {"io.deltarule.core", "io.deltarule.tornado"})
    void theClassPathFindsTheEnginesThatModulesProvide(String module) throws IOException {
        ModuleReference found = find(module);
        List<String> listed;
        try (ModuleReader reader = found.open();
                InputStream in = reader.open("META-INF/services/io.deltarule.core.DeltaEngine")
                        .orElseThrow()) {
            listed = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
        List<String> provided = found.descriptor().provides().stream()
                .filter(p -> p.service().equals("io.deltarule.core.DeltaEngine"))
                .flatMap(p -> p.providers().stream())
                .toList();
        assertFalse(provided.isEmpty());
        assertEquals(provided, listed);
    }

    @Test
    void tornadoVmMayReflectOnEveryPackageThatHasKernels() throws IOException {
        ModuleReference module = find("io.deltarule.tornado");
        Set<String> kernels = new TreeSet<>();
        try (ModuleReader reader = module.open()) {
            for (String file :
                    reader.list().filter(name -> name.endsWith(".class")).toList()) {
                try (InputStream in = reader.open(file).orElseThrow()) {
                    if (hasKernels(ClassFile.of().parse(in.readAllBytes()))) {
                        kernels.add(file.substring(0, file.lastIndexOf('/')).replace('/', '.'));
                    }
                }
            }
        }
        Set<String> open = module.descriptor().opens().stream()
                .filter(o -> o.targets().equals(Set.of("tornado.runtime")))
                .map(ModuleDescriptor.Opens::source)
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(kernels.contains("io.deltarule.tornado.delta"), kernels::toString);
        assertEquals(kernels, open);
    }

    /** Whether a static method there takes TornadoVM's context first. */
    private static boolean hasKernels(ClassModel type) {
        return type.methods().stream()
                .filter(method ->
                        method.flags().has(AccessFlag.STATIC) && !method.flags().has(AccessFlag.SYNTHETIC))
                .anyMatch(method -> method.methodTypeSymbol().descriptorString().startsWith(KERNEL));
    }

    @Test
    void aUsersModuleFindsTheEnginesAndRunsThem() throws Exception {
        compileOneThat("""
                int T = 3, K = 4;
                float[] keys = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
                Tensor x = Tensor.of(keys, 1, T, 1, K); // unit vectors: each is read out as it was written
                DeltaInputs in = DeltaInputs.of(x, x, x).with(Input.BETA, Tensor.of(new float[] {1, 1, 1}, 1, T, 1));
                PlanSpec spec = PlanSpec.of(Variant.DELTA_RULE, in.validate(Variant.DELTA_RULE));
                for (String name : List.of("reference", "cpu", "tornado")) {
                    DeltaEngine engine = Engines.named(name);
                    try (DeltaPlan plan = engine.plan(spec.withScale(1))) {
                        float[] o = plan.run(in).o().data().toArray(ValueLayout.JAVA_FLOAT);
                        System.out.println(name + " of " + engine.getClass().getModule() + " " + Arrays.equals(o, keys));
                    }
                }
                Class<?> internal = Class.forName("io.deltarule.core.cpu.CpuEngine");
                try {
                    internal.getConstructor().newInstance();
                    System.out.println("open");
                } catch (IllegalAccessException e) {
                    System.out.println("closed");
                }
                System.out.println(LanguageModel.class.getModule());
                """);
        Outcome outcome = java("--module", "example/example.Example");
        assertEquals(0, outcome.code(), outcome.err());
        assertEquals(
                List.of(
                        "reference of module io.deltarule.core true",
                        "cpu of module io.deltarule.core true",
                        "tornado of module io.deltarule.tornado true",
                        "closed",
                        "module io.deltarule.models"),
                outcome.out().lines().toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.deltarule.core.cpu.CpuEngine",
                "io.deltarule.core.cpu.delta.DeltaRun",
                "io.deltarule.core.measure.Profiled",
                "io.deltarule.models.format.config.ConfigObject",
                "io.deltarule.tornado.TornadoEngine"
            })
    void aUsersModuleDoesNotSeeWhatIsInternal(String type) throws Exception {
        compileOneThat("System.out.println(io.deltarule.core.DeltaEngine.class);");
        String complaint = complaintAbout("System.out.println(%s.class);".formatted(type));
        String itsPackage = type.substring(0, type.lastIndexOf('.'));
        assertTrue(complaint.contains("package " + itsPackage + " is not visible"), complaint);
    }

    @Test
    void theCommandLineRunsAsAModule() throws Exception {
        Outcome outcome = java("--module", "io.deltarule.cli/io.deltarule.cli.Main", "devices");
        assertEquals(0, outcome.code(), outcome.err());
        for (String engine : List.of("reference", "cpu", "tornado")) {
            assertTrue(outcome.out().lines().anyMatch(l -> l.startsWith(engine)), outcome.out());
        }
    }

    private static ModuleReference find(String module) {
        return ModuleFinder.of(JARS.toArray(Path[]::new)).find(module).orElseThrow();
    }

    private void compileOneThat(String statements) throws Exception {
        assertEquals("", complaintAbout(statements));
    }

    /** What javac says to a module that requires models and core, and does that. */
    private String complaintAbout(String statements) throws Exception {
        List<JavaFileObject> sources =
                List.of(source("module-info", """
                        module example {
                            requires io.deltarule.models; // and by that core
                        }
                        """), source("example/Example", """
                        package example;

                        import io.deltarule.core.*;
                        import io.deltarule.models.inference.*;
                        import java.lang.foreign.ValueLayout;
                        import java.util.Arrays;
                        import java.util.List;

                        public class Example {
                            public static void main(String[] args) throws Exception {
                                %s
                            }
                        }
                        """.formatted(statements)));
        List<String> options = List.of(
                "-d",
                Files.createDirectories(folder.resolve("classes")).toString(),
                "--module-path",
                MODULE_PATH,
                // so that javac knows of it and says why it cannot be seen
                "--add-modules",
                "io.deltarule.tornado");
        StringWriter complaints = new StringWriter();
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(complaints, null, null, options, null, sources)
                .call();
        return compiled ? "" : complaints.toString();
    }

    private static JavaFileObject source(String name, String text) {
        return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }

    private Outcome java(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--module-path",
                MODULE_PATH + File.pathSeparator + folder.resolve("classes"),
                "--add-modules=ALL-MODULE-PATH", // OpenBLAS's native library lies in a module that no other requires
                "--enable-native-access=io.deltarule.core,io.deltarule.sdk,org.bytedeco.javacpp",
                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of(arguments));
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment()
                .keySet()
                .removeIf(k -> k.startsWith("TORNADO")
                        || k.startsWith("DELTARULE")
                        || k.endsWith("_OPTIONS")); // java tells of those that it picks up
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), out, Files.readString(err));
    }
}

package io.deltarule.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.TaskGraph;

/** Every class and member of the emulated API is one of TornadoVM's own; needs an SDK to compare to. */
class SignatureTest {

    private static final String API = "uk/ac/manchester/tornado/api";

    @Test
    void everySignatureIsTheSdksOwn() throws IOException, URISyntaxException {
        Path jar = sdkJar();
        try (JarFile sdk = new JarFile(jar.toFile())) {
            ApiComparison comparison = new ApiComparison(name -> entry(sdk, name));
            int classes = 0;
            for (Path file : emulatedClasses()) {
                comparison.compare(Files.readAllBytes(file));
                classes++;
            }
            assertEquals(List.of(), comparison.differences(), "compared to " + jar);
            assertTrue(classes > 50, "found only " + classes + " emulated classes");
        }
    }

    /** The comparison itself: a class equals itself, and not one with a method or field that is missing or other. */
    @Test
    void differencesAreFound() throws IOException {
        ClassFile context = ClassFile.of();
        ClassDesc name = ClassDesc.of("some.Type");
        byte[] ours = context.build(
                name,
                builder -> builder.withFlags(ClassFile.ACC_PUBLIC)
                        .withField("size", ConstantDescs.CD_int, ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL)
                        .withMethod(
                                "get",
                                MethodTypeDesc.of(ConstantDescs.CD_int),
                                ClassFile.ACC_PUBLIC | ClassFile.ACC_NATIVE,
                                method -> {}));
        byte[] withoutMethod = context.transformClass(
                context.parse(ours), ClassTransform.dropping(element -> element instanceof MethodModel));
        byte[] withoutField = context.transformClass(
                context.parse(ours), ClassTransform.dropping(element -> element instanceof FieldModel));
        byte[] asInterface = context.build(
                name,
                builder -> builder.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_INTERFACE | ClassFile.ACC_ABSTRACT));

        assertEquals(List.of(), differences(ours, ours));
        assertEquals(List.of("some/Type.get()I: they have no such method"), differences(ours, withoutMethod));
        assertEquals(List.of("some/Type.size: they have no such field"), differences(ours, withoutField));
        assertTrue(differences(ours, asInterface).contains("some/Type: kind class, theirs interface"));
        assertEquals(List.of("some/Type: they have no such class"), differences(ours, Map.<String, byte[]>of()::get));
    }

    private static List<String> differences(byte[] ours, byte[] theirs) throws IOException {
        return differences(ours, Map.of("some/Type", theirs)::get);
    }

    private static List<String> differences(byte[] ours, Function<String, byte[]> theirs) throws IOException {
        ApiComparison comparison = new ApiComparison(name -> Optional.ofNullable(theirs.apply(name)));
        comparison.compare(ours);
        return comparison.differences();
    }

    private static Path sdkJar() throws IOException {
        String sdk = System.getProperty("tornado.sdk", System.getenv("TORNADOVM_HOME"));
        if (sdk == null || sdk.isBlank()) {
            return abort("no TornadoVM SDK to compare to: name one with -Dtornado.sdk or TORNADOVM_HOME");
        }
        Path folder = Path.of(sdk, "share", "java", "tornado");
        try (Stream<Path> jars = Files.list(folder)) {
            return jars.filter(jar -> jar.getFileName().toString().matches("tornado-api-[0-9].*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no tornado-api jar in " + folder));
        }
    }

    private static List<Path> emulatedClasses() throws IOException, URISyntaxException {
        URI classes = TaskGraph.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();
        try (Stream<Path> files = Files.walk(Path.of(classes).resolve(API))) {
            return files.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }

    private static Optional<byte[]> entry(JarFile jar, String internalName) {
        ZipEntry entry = jar.getEntry(internalName + ".class");
        if (entry == null) {
            return Optional.empty();
        }
        try (InputStream in = jar.getInputStream(entry)) {
            return Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

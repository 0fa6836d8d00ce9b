import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/** TornadoVM 5.2.0 prints no kernel with matrix products for a virtual device. This takes the question for the device out of an SDK's class. */
final class AnyDevice {
    private static final String PHASE = "uk/ac/manchester/tornado/drivers/cuda/graal/phases/CUDATensorCoreSupportPhase.class";

    private AnyDevice() {}

    /**
     * Writes the class without it.
     *
     * @param args the SDK's jar of the CUDA driver, and the folder to write to, for --patch-module tornado.drivers.cuda
     */
    public static void main(String... args) throws IOException {
        Path to = Path.of(args[1]).resolve(PHASE);
        Files.createDirectories(to.getParent());
        try (ZipFile jar = new ZipFile(args[0])) {
            byte[] original = jar.getInputStream(jar.getEntry(PHASE)).readAllBytes();
            ClassFile context = ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS);
            Files.write(to, context.transformClass(context.parse(original), (builder, element) -> {
                if (element instanceof MethodModel method
                        && method.methodName().equalsString("run")
                        && method.methodType().stringValue().contains("StructuredGraph")) {
                    builder.withMethodBody(
                            method.methodName().stringValue(),
                            method.methodTypeSymbol(),
                            method.flags().flagsMask(),
                            code -> code.return_());
                } else {
                    builder.with(element);
                }
            }));
        }
    }
}

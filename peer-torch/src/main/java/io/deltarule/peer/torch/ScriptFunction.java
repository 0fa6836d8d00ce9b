package io.deltarule.peer.torch;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A function of PyTorch's on two tensors for which DJL has no method: it is called from a TorchScript module of that one
 * line, whose archive is put together here.
 */
final class ScriptFunction implements AutoCloseable {
    private static final String NAME = "function";
    private static final String CODE = """
            class Function(Module):
              __parameters__ = []
              __buffers__ = []
              def forward(self: __torch__.Function, a: Tensor, b: Tensor) -> Tensor:
                return\s""";
    // Pickled, protocol 2: an object of that class without attributes, and no constants.
    private static final byte[] DATA = latin1("\u0080\u0002c__torch__\nFunction\nq\0)\u0081}b.");
    private static final byte[] CONSTANTS = latin1("\u0080\u0002).");

    private final Model model = Model.newInstance(NAME, Device.cpu(), "PyTorch");
    private final ParameterStore parameters = new ParameterStore();

    private ScriptFunction(String expression) {
        try {
            model.load(new ByteArrayInputStream(archive(CODE + expression + "\n")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MalformedModelException e) {
            throw new AssertionError(e); // the archive is the same every time
        }
    }

    /** X with (I + L) X = b for each of a batch, L what a has below its diagonal. */
    static ScriptFunction triangularSolve() {
        return new ScriptFunction("torch.linalg_solve_triangular(a, b, upper=False, left=True, unitriangular=True)");
    }

    /** a, and −∞ where b is true. */
    static ScriptFunction maskedByInfinity() {
        return new ScriptFunction("torch.masked_fill(a, b, -1.0e999)"); // past the largest double: minus infinity
    }

    NDArray apply(NDArray a, NDArray b) {
        return model.getBlock().forward(parameters, new NDList(a, b), false).singletonOrThrow();
    }

    @Override
    public void close() {
        model.close();
    }

    private static byte[] archive(String code) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            add(zip, "data.pkl", DATA);
            add(zip, "code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
            add(zip, "constants.pkl", CONSTANTS);
            add(zip, "version", latin1("3\n"));
        }
        return bytes.toByteArray();
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(NAME + "/" + name);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] latin1(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }
}

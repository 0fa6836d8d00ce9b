package io.deltarule.tornado.stored;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.tornado.graph.Kernels.Kernel4;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.LocalVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task4;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** Kernels for arrays of 16-bit numbers are made of those for float32. */
class KernelFormsTest {
    /** What kernels may and may not do with their arrays. */
    private static final class Kernels {
        /** Reads inside of an index, a choice between arrays' reads, and both kinds of array in one expression. */
        static void mix(FloatArray places, FloatArray x, FloatArray y, int count) {
            for (int i = 0; i < count; i++) {
                float chosen = i % 2 == 0 ? x.get((int) places.get((int) places.get(i))) : y.get(i);
                y.set((int) places.get(i), chosen + x.get(i) * 0.5f);
            }
        }

        static void handsOn(FloatArray places, FloatArray x, FloatArray y, int count) {
            mix(places, x, y, count);
        }

        static void asksForTheSize(FloatArray places, FloatArray x, FloatArray y, int count) {
            y.set(0, x.getSize() + places.get(0) + count);
        }
    }

    private static final Kernel4<FloatArray, FloatArray, FloatArray, Integer> MIX = Kernels::mix;

    private static FloatArray stored(float... numbers) {
        FloatArray array = StoredArrays.of(numbers.length, NumberFormat.BFLOAT16);
        for (int i = 0; i < numbers.length; i++) {
            StoredArrays.set(array, i, numbers[i]);
        }
        return array;
    }

    @Test
    @SuppressWarnings("unchecked")
    void readsAndWritesAreThoseOfTheFormat() {
        FloatArray places = FloatArray.fromElements(1, 0, 2);
        FloatArray x = stored(1, 0x1.01p0f, 3); // the second lies between two numbers, the even one is 1
        FloatArray y = stored(10, 20, 30);
        Object form = KernelForms.of(MIX, Task4.class, List.of(places, x, y, 3));
        ShortArray into = (ShortArray) StoredArrays.real(y);
        ((Task4<Object, Object, Object, Object>) form).apply(places, StoredArrays.real(x), into, 3);
        float[] found = new float[3];
        for (int i = 0; i < found.length; i++) {
            found[i] = BFloat16Numbers.get(into, i);
        }
        assertEquals(List.of(2f, 1.5f, 4.5f), List.of(found[0], found[1], found[2]));
    }

    @Test
    void float32IsTheKernelItself() {
        FloatArray x = new FloatArray(3);
        assertSame(MIX, KernelForms.of(MIX, Task4.class, List.of(x, x, x, 3)));
    }

    @Test
    void formsAreMadeOnce() {
        FloatArray x = new FloatArray(3);
        FloatArray y = stored(0, 0, 0);
        Object first = KernelForms.of(MIX, Task4.class, List.of(x, y, y, 3));
        assertSame(first, KernelForms.of(MIX, Task4.class, List.of(x, stored(1), y, 3)));
    }

    @Test
    void formsNameTheirArguments() throws IOException {
        byte[] original;
        try (InputStream in = Kernels.class.getResourceAsStream("KernelFormsTest$Kernels.class")) {
            original = in.readAllBytes();
        }
        byte[] form = KernelForm.rewrite(original, "mix", Arrays.asList(null, NumberFormat.FLOAT16, null, null));
        List<String> types = new ArrayList<>();
        for (MethodModel method : ClassFile.of().parse(form).methods()) {
            if (method.methodName().equalsString("mix")) {
                method.code().orElseThrow().forEach(element -> {
                    if (element instanceof LocalVariable variable && variable.slot() < 4) {
                        types.add(variable.name() + " " + variable.typeSymbol().displayName());
                    }
                });
            }
        }
        assertEquals(List.of("places FloatArray", "x ShortArray", "y FloatArray", "count int"), types);
    }

    @Test
    void whatIsNotReadOrWrittenIsRefused() {
        Kernel4<FloatArray, FloatArray, FloatArray, Integer> handsOn = Kernels::handsOn;
        Kernel4<FloatArray, FloatArray, FloatArray, Integer> asks = Kernels::asksForTheSize;
        FloatArray x = new FloatArray(1);
        refused(handsOn, List.of(x, stored(1), x, 1), "handed on to mix");
        refused(asks, List.of(x, stored(1), x, 1), "a call of getSize");
    }

    private static void refused(
            Kernel4<FloatArray, FloatArray, FloatArray, Integer> kernel, List<Object> arguments, String expected) {
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> KernelForms.of(kernel, Task4.class, arguments));
        assertTrue(e.getMessage().contains(expected), e.getMessage());
    }
}

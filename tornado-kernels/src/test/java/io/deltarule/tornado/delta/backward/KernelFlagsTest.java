package io.deltarule.tornado.delta.backward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.deltarule.core.Variant;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.KernelFlags;
import io.deltarule.tornado.quirks.PackedSignature;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bits that go together in one integer. */
class KernelFlagsTest {
    @Test
    void everyFlagHasABitOfItsOwn() throws IllegalAccessException {
        Map<Integer, String> bits = new HashMap<>();
        for (Class<?> flags : List.of(KernelFlags.class, GradientFlags.class)) {
            for (Field field : flags.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class && !isMark(field)) {
                    field.setAccessible(true);
                    int bit = field.getInt(null);
                    assertEquals(1, Integer.bitCount(bit), field::getName);
                    assertEquals(null, bits.put(bit, field.getName()), field::getName);
                }
            }
        }
    }

    private static boolean isMark(Field field) {
        return field.getName().equals("FIRST_FREE");
    }

    @Test
    void aRecordBecomesTheBitsThatItNames() {
        assertEquals(0, KernelFlags.of(InputMap.NO_GAINS));
        assertEquals(0, KernelFlags.of(InputMap.of(Variant.DELTA_RULE)));
        assertEquals(
                KernelFlags.ERASE_GAIN_PER_CHANNEL | KernelFlags.WRITE_GAIN_PER_CHANNEL,
                KernelFlags.of(InputMap.of(Variant.GDN2)));
        assertEquals(KernelFlags.ERASE_ROW_PER_VALUE_HEAD, KernelFlags.of(InputMap.of(Variant.COMBA)));
        assertEquals(KernelFlags.NOTHING_ERASED, KernelFlags.of(InputMap.of(Variant.SSD)));
        InputMap perKeyHead = InputMap.of(Variant.COMBA).withEraseRowsPerKeyHead(true);
        assertEquals(0, KernelFlags.of(perKeyHead));
        assertEquals(GradientFlags.ACCUMULATE | GradientFlags.ERASES, GradientFlags.of(GradientOptions.ADD.erasing()));
    }

    @Test
    void aSignatureAndFlagsThatDoNotFitAreRefused() {
        assertEquals(5 | 77 << PackedSignature.SHIFT, PackedSignature.pack(5, 77));
        assertThrows(IllegalArgumentException.class, () -> PackedSignature.pack(1 << PackedSignature.SHIFT, 0));
        assertThrows(IllegalArgumentException.class, () -> PackedSignature.pack(0, 1 << 22));
    }
}

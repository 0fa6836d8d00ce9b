package io.deltarule.tornado.stored;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.Storage;
import java.util.Random;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** What kernels make of 16 bits by arithmetic is what the JVM makes of them. */
class NumberFormatTest {
    private final ShortArray one = new ShortArray(1);

    @Test
    void everyBfloat16IsRead() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float exact = Storage.BFLOAT16.decode((short) bits);
            one.set(0, (short) bits);
            assertRead(exact, BFloat16Numbers.get(one, 0), bits);
        }
    }

    @Test
    void everyHalfIsRead() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float exact = Storage.FLOAT16.decode((short) bits);
            one.set(0, (short) bits);
            assertRead(exact, Float16Numbers.get(one, 0), bits);
        }
    }

    /** Of what is no number only that it is not finite has to show. */
    private static void assertRead(float exact, float found, int bits) {
        if (Float.isFinite(exact)) {
            assertEquals(exact, found, () -> Integer.toHexString(bits));
        } else {
            assertEquals(false, Float.isFinite(found), () -> Integer.toHexString(bits));
        }
    }

    @Test
    void everyNumberIsRoundedToTheNearest() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000_000; i++) {
            assertWritten(Float.intBitsToFloat(random.nextInt()));
            assertWritten((float) random.nextGaussian());
        }
    }

    /** Halves between two neighbours, their neighbours, and the ends of the ranges. */
    @Test
    void tiesGoToEven() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            for (Storage storage : new Storage[] {Storage.BFLOAT16, Storage.FLOAT16}) {
                float low = storage.decode((short) bits);
                float high = storage.decode((short) (bits + 1));
                float half = low + (high - low) / 2;
                assertWritten(low);
                assertWritten(half);
                assertWritten(Math.nextUp(half));
                assertWritten(Math.nextDown(half));
            }
        }
        for (float edge : new float[] {65504f, 65519.996f, 65520f, 0x1.fep127f, 0x1.fefffep127f, 0x1.ffp127f}) {
            assertWritten(edge);
            assertWritten(-edge);
        }
    }

    private void assertWritten(float number) {
        Float16Numbers.set(one, 0, number);
        assertSame(Storage.FLOAT16, number);
        BFloat16Numbers.set(one, 0, number);
        // below 2^-126 kernels write zero, as devices without such numbers do
        if (!(Math.abs(number) < 0x1p-125f)) {
            assertSame(Storage.BFLOAT16, number);
        }
    }

    private void assertSame(Storage storage, float number) {
        float exact = storage.round(number);
        float found = storage.decode(one.get(0));
        if (Float.isFinite(exact)) { // kernels write one zero of the two
            assertEquals(exact + 0f, found + 0f, () -> storage + " of " + number);
        } else {
            assertEquals(false, Float.isFinite(found), () -> storage + " of " + number);
        }
    }
}

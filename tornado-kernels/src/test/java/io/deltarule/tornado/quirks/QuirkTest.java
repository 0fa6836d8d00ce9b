package io.deltarule.tornado.quirks;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The list names classes and tests that there are. */
class QuirkTest {
    private static final String ENGINE = "io.deltarule.tornado.";

    @ParameterizedTest
    @EnumSource(Quirk.class)
    void placeAndTestExist(Quirk quirk) {
        assertFalse(quirk.happens().isBlank() || quirk.answer().isBlank(), quirk::name);
        assertDoesNotThrow(() -> Class.forName(ENGINE + quirk.place()), quirk::name);
        String[] test = quirk.test().split("#", -1);
        Class<?> of = assertDoesNotThrow(() -> Class.forName(ENGINE + test[0]), quirk::name);
        boolean found = false;
        for (Class<?> c = of; c != null && !found; c = c.getSuperclass()) {
            found = Arrays.stream(c.getDeclaredMethods()).map(Method::getName).anyMatch(test[1]::equals);
        }
        assertTrue(found, quirk::test);
    }
}

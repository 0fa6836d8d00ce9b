package io.deltarule.models.chat.jinja;

import io.deltarule.models.chat.jinja.value.Arithmetic;
import java.math.BigInteger;
import java.util.Locale;

/** Whole numbers as templates write them. */
final class NumberText {
    private NumberText() {}

    static Object whole(String written) {
        String text = written.replace("_", "").toLowerCase(Locale.ROOT);
        int base = text.startsWith("0x") ? 16 : text.startsWith("0o") ? 8 : text.startsWith("0b") ? 2 : 10;
        return Arithmetic.whole(new BigInteger(base == 10 ? text : text.substring(2), base));
    }
}

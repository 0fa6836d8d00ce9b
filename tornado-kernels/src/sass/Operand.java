import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An operand of an instruction.
 *
 * @param kind what it is
 * @param number of a register or predicate; uniform ones come after the others
 * @param value of an immediate, offset of an address or place of a constant
 * @param minus whether it is taken negative
 * @param not whether it is complemented
 * @param second number of a second register of an address, or ZERO
 */
record Operand(Kind kind, int number, long value, boolean minus, boolean not, int second) {
    /** What operands are. */
    enum Kind {
        REGISTER,
        PREDICATE,
        IMMEDIATE,
        CONSTANT,
        ADDRESS,
        OTHER
    }

    /** Number of the register that is always zero. */
    static final int ZERO = 255;
    /** Number of the first uniform register. */
    static final int UNIFORM = 256;
    /** How many registers there are in all. */
    static final int REGISTERS = UNIFORM + 64;
    /** Number of the predicate that is always true. */
    static final int TRUE = 7;
    /** Number of the first uniform predicate. */
    static final int UNIFORM_PREDICATE = 8;

    private static final Pattern REGISTER = Pattern.compile("(U?)R(\\d+|Z)(\\.64|\\.H[01]_H[01]|\\.U32)?");
    private static final Pattern PREDICATE = Pattern.compile("(U?)P(\\d|T)");
    private static final Pattern CONSTANT = Pattern.compile("c\\[0x0\\]\\[0x([0-9a-f]+)\\]");
    private static final Pattern ADDRESS = Pattern.compile("(?:desc\\[UR\\d+\\])?\\[([^\\]]*)\\]");

    static Operand parse(String written) {
        boolean minus = written.startsWith("-") && !written.matches("-(0x[0-9a-f]+|[0-9.e+-]+|INF|QNAN)");
        boolean not = written.startsWith("~") || written.startsWith("!");
        String text = (minus || not ? written.substring(1) : written).replace("|", "");
        Matcher m = REGISTER.matcher(text);
        if (m.matches()) {
            return new Operand(Kind.REGISTER, register(m), 0, minus, not, ZERO);
        }
        m = PREDICATE.matcher(text);
        if (m.matches()) {
            int number = m.group(2).equals("T") ? TRUE : Integer.parseInt(m.group(2));
            if (number != TRUE && !m.group(1).isEmpty()) {
                number += UNIFORM_PREDICATE;
            }
            return new Operand(Kind.PREDICATE, number, 0, false, not, ZERO);
        }
        m = CONSTANT.matcher(text);
        if (m.matches()) {
            return new Operand(Kind.CONSTANT, 0, Integer.parseInt(m.group(1), 16), minus, not, ZERO);
        }
        m = ADDRESS.matcher(text);
        if (m.matches()) {
            return address(m.group(1));
        }
        if (text.matches("-?0x[0-9a-f]+")) {
            return new Operand(Kind.IMMEDIATE, 0, Long.decode(text), minus, not, ZERO);
        }
        if (text.matches("[-+]?[0-9.]+(e[+-]?[0-9]+)?")) {
            float value = Float.parseFloat(text);
            // An integer's immediate has no point; a float's bits nobody computes with, but HFMA2 makes integers of two halves.
            return new Operand(Kind.IMMEDIATE, Float.floatToFloat16(value) & 0xffff, (long) value, minus, not, ZERO);
        }
        return new Operand(Kind.OTHER, text.hashCode(), 0, minus, not, ZERO);
    }

    private static int register(Matcher m) {
        if (m.group(2).equals("Z")) {
            return ZERO;
        }
        return Integer.parseInt(m.group(2)) + (m.group(1).isEmpty() ? 0 : UNIFORM);
    }

    private static Operand address(String terms) {
        int first = ZERO;
        int second = ZERO;
        long offset = 0;
        for (String term : terms.split("(?<=.)(?=[+])|[+]")) {
            Matcher m = REGISTER.matcher(term.replace("+", ""));
            if (m.matches()) {
                if (first == ZERO) {
                    first = register(m);
                } else {
                    second = register(m);
                }
            } else if (!term.replace("+", "").isEmpty()) {
                offset += Long.decode(term.replace("+", ""));
            }
        }
        return new Operand(Kind.ADDRESS, first, offset, false, false, second);
    }

    boolean register() {
        return kind == Kind.REGISTER;
    }

    boolean predicate() {
        return kind == Kind.PREDICATE;
    }
}

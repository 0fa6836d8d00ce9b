import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One instruction of a kernel's SASS.
 *
 * @param index its place in the kernel
 * @param name its name without suffixes, uniform ones without their U
 * @param suffixes what follows the name, with a dot before and after each
 * @param guard the predicate that it is executed under, null for none
 * @param operands all of them, the destination first where it has one
 * @param target index of the instruction that it jumps to, -1 for none
 */
record Instruction(int index, String name, String suffixes, Operand guard, List<Operand> operands, int target) {
    private static final Pattern LINE =
            Pattern.compile("\\s*/\\*([0-9a-f]{4,})\\*/\\s+(?:@(!?U?P[0-9T]+) )?\\s*([A-Z0-9_.]+)([^;]*);.*");
    private static final int BYTES = 16;

    /** Parses a line of cuobjdump's; null if there is no instruction in it. */
    static Instruction parse(String line) {
        Matcher m = LINE.matcher(line);
        if (!m.matches()) {
            return null;
        }
        int index = Integer.parseInt(m.group(1), 16) / BYTES;
        String[] parts = m.group(3).split("\\.", 2);
        String name = parts[0];
        if (name.startsWith("U") || name.equals("S2UR")) {
            name = name.equals("S2UR") ? "S2R" : name.substring(1);
        }
        String suffixes = parts.length > 1 ? "." + parts[1] + "." : "";
        List<Operand> operands = new ArrayList<>();
        for (String part : m.group(4).split(",")) {
            String text = part.trim().replace(".reuse", "");
            if (!text.isEmpty()) {
                operands.add(Operand.parse(text));
            }
        }
        Operand guard = m.group(2) == null ? null : Operand.parse(m.group(2));
        int target = -1;
        if (name.equals("BRA")) {
            target = (int) (operands.removeLast().value() / BYTES);
        }
        return new Instruction(index, name, suffixes, guard, List.copyOf(operands), target);
    }

    boolean has(String suffix) {
        return suffixes.contains("." + suffix + ".");
    }

    /** 32-bit registers of what a memory access moves per lane. */
    int words() {
        return has("128") ? 4 : has("64") ? 2 : 1;
    }

    boolean loads() {
        return name.equals("LD") || name.equals("LDG");
    }

    boolean stores() {
        return name.equals("ST") || name.equals("STG");
    }

    /** Whether it moves values between registers and the memory of a thread: what was spilled. */
    boolean spills() {
        return name.equals("LDL") || name.equals("STL");
    }

    boolean shared() {
        return name.equals("LDS") || name.equals("STS");
    }

    /** How many registers it writes, beginning with the first operand's. */
    int written() {
        if (operands.isEmpty() || !operands.getFirst().register() || stores() || name.equals("STS")) {
            return 0;
        }
        if (loads() || name.equals("LDS") || name.equals("LDC")) {
            return words();
        }
        return has("WIDE") || has("64") || name.equals("CS2R") && !has("32") ? 2 : 1;
    }
}

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel as the assembler left it.
 *
 * @param name the method's
 * @param code its instructions
 * @param registers per thread
 * @param sharedBytes static shared memory per block
 * @param spilledBytes stored to and loaded from a thread's own memory
 */
record Kernel(String name, List<Instruction> code, int registers, int sharedBytes, int spilledBytes) {
    private static final Pattern FUNCTION = Pattern.compile("\\s*Function : (\\w+)\\s*");
    private static final Pattern ENTRY = Pattern.compile(".*Compiling entry function '(\\w+)'.*");
    private static final Pattern SPILLS = Pattern.compile(".*stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads.*");
    private static final Pattern USED = Pattern.compile(".*Used (\\d+) registers.*");
    private static final Pattern SHARED = Pattern.compile(".*, (\\d+) bytes smem.*");

    /**
     * Reads both tools' words.
     *
     * @param assembler what {@code nvcc -Xptxas -v} said
     * @param dump what {@code cuobjdump -sass} printed
     */
    static Map<String, Kernel> parse(List<String> assembler, List<String> dump) {
        Map<String, List<Instruction>> codes = new HashMap<>();
        List<Instruction> code = null;
        for (String line : dump) {
            Matcher function = FUNCTION.matcher(line);
            if (function.matches()) {
                code = new ArrayList<>();
                codes.put(function.group(1), code);
            } else if (code != null) {
                Instruction next = Instruction.parse(line);
                if (next != null) {
                    code.add(next);
                }
            }
        }
        Map<String, Kernel> kernels = new HashMap<>();
        String name = null;
        int spilled = 0;
        for (String line : assembler) {
            Matcher m = ENTRY.matcher(line);
            if (m.matches()) {
                name = m.group(1);
            }
            m = SPILLS.matcher(line);
            if (m.matches()) {
                spilled = Integer.parseInt(m.group(1)) + Integer.parseInt(m.group(2));
            }
            m = USED.matcher(line);
            if (m.matches() && name != null) {
                Matcher shared = SHARED.matcher(line);
                int bytes = shared.matches() ? Integer.parseInt(shared.group(1)) : 0;
                kernels.put(name, new Kernel(name, codes.get(name), Integer.parseInt(m.group(1)), bytes, spilled));
            }
        }
        return kernels;
    }
}

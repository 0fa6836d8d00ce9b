import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says of each kernel in a file of CompileShape's what its machine code does and how long that would take an H200; see
 * docs/notes/gpu-model.md. Needs nvcc and cuobjdump.
 */
final class Sass {
    private static final Pattern LAUNCH = Pattern.compile("== launch (\\w+) lanes (\\d+) groups (\\d+)");
    private static final Pattern ENTRY = Pattern.compile("extern \"C\" __global__ void (\\w+)\\(.*");
    /** Blocks that are interpreted together, and instructions after which no further one begins. */
    private static final int BLOCKS = 8;

    private static final long ENOUGH = 1_000_000;

    private Sass() {}

    /**
     * Prints the table.
     *
     * @param args the file, then the launches that are asked for; all where none is named
     */
    public static void main(String... args) throws IOException, InterruptedException {
        List<Grid> grids = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<StringBuilder> texts = new ArrayList<>();
        int[] table = {};
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            Matcher launch = LAUNCH.matcher(line);
            Matcher entry = ENTRY.matcher(line);
            if (line.startsWith("== table ")) {
                table = Pattern.compile(" ").splitAsStream(line.substring(9)).mapToInt(Integer::parseInt).toArray();
            } else if (launch.matches()) {
                grids.add(new Grid(launch.group(1), Integer.parseInt(launch.group(2)), Integer.parseInt(launch.group(3)), table));
            } else if (entry.matches()) {
                names.add(entry.group(1));
                texts.add(new StringBuilder(line).append('\n'));
            } else if (!texts.isEmpty() && !line.startsWith("==")) {
                texts.getLast().append(line).append('\n');
            }
        }
        if (grids.size() != names.size()) {
            throw new IllegalArgumentException("sass: expected a kernel's text per launch but found " + names.size() + " and " + grids.size() + " launches");
        }
        System.out.println("| launch | registers | shared | spilled | in flight | hottest loop | blocks | warps per SM | GB | GFMA | conflicts | arithmetic | issue | shared | memory | latency | ms, bound by |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        double sum = 0;
        for (int i = 0; i < grids.size(); i++) {
            if (args.length == 1 || List.of(args).indexOf(grids.get(i).launch()) > 0) {
                Kernel kernel = assemble(texts.get(i).toString()).get(names.get(i));
                sum += row(kernel, grids.get(i));
            }
        }
        System.out.printf(Locale.ROOT, "%nTogether %.2f ms.%n", sum);
    }

    private static double row(Kernel kernel, Grid grid) {
        Counts counts = new Counts(kernel.code().size());
        int from = grid.groups() / 2 / BLOCKS * BLOCKS;
        for (int block = from; block < Math.min(grid.groups(), from + BLOCKS) && counts.issued < ENOUGH; block++) {
            Block.run(kernel, grid, block, counts);
        }
        Bounds bounds = Bounds.of(kernel, grid, counts);
        double scale = (double) grid.groups() / counts.blocks;
        Map<String, Integer> hot = counts.hottest(kernel);
        StringBuilder loop = new StringBuilder();
        for (String name : List.of("FFMA", "LDS", "LDS.64", "LDS.128", "STS", "STS.64", "STS.128", "LD", "ST")) {
            if (hot.containsKey(name)) {
                loop.append(hot.get(name)).append(' ').append(name).append(' ');
            }
        }
        loop.append("of ").append(hot.values().stream().mapToInt(Integer::intValue).sum());
        StringBuilder parts = new StringBuilder();
        bounds.milliseconds().values().forEach(value -> parts.append(String.format(Locale.ROOT, " %.3f |", value)));
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %d | %d | %d | %s | %d | %d | %.2f | %.2f | %.0f %% |%s %.3f %s |%n",
                grid.launch(),
                kernel.registers(),
                kernel.sharedBytes(),
                kernel.spilledBytes(),
                counts.inFlight,
                loop,
                grid.groups(),
                bounds.warps(),
                counts.bytes() * scale / 1e9,
                counts.floatLanes * scale / 1e9,
                100.0 * counts.conflicts / Math.max(1, counts.wavefronts),
                parts,
                bounds.largest().getValue(),
                bounds.largest().getKey());
        return bounds.largest().getValue();
    }

    private static Map<String, Kernel> assemble(String text) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("sass");
        Path source = folder.resolve("kernel.cu");
        Path binary = folder.resolve("kernel.cubin");
        Files.writeString(source, text);
        List<String> said = run("nvcc", "-cubin", "-arch=sm_90", "-Xptxas", "-v", "-o", binary.toString(), source.toString());
        List<String> dump = run("cuobjdump", "-sass", binary.toString());
        for (Path each : List.of(source, binary, folder)) {
            Files.delete(each);
        }
        return Kernel.parse(said, dump);
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader().readAllLines();
        if (process.waitFor() != 0) {
            throw new IOException("sass: " + String.join(" ", command) + " failed: " + String.join("\n", lines));
        }
        return lines;
    }
}

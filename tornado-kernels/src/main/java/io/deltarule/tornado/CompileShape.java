package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Precision;
import io.deltarule.core.Storage;
import io.deltarule.core.Variant;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.PlanArrays;
import io.deltarule.tornado.delta.backward.GradientArrays;
import io.deltarule.tornado.graph.DeviceHandle;
import io.deltarule.tornado.graph.DeviceMemory;
import io.deltarule.tornado.graph.GraphPlan;
import io.deltarule.tornado.graph.GraphTransfers;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.RunTable;
import io.deltarule.tornado.graph.Stage;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Has TornadoVM compile the kernels of one chunkwise operation, and prints what they are launched with: what the script
 * {@code tornado-kernels/sass} counts instructions from. Start it under an SDK with a virtual device and
 * {@code -Dtornado.printKernel=True}; nothing is run, and no array of the shape's size is made.
 */
final class CompileShape {
    private CompileShape() {}

    /**
     * Compiles.
     *
     * @param args forward, backward, or the precision or storage of forward where that is not float32; variant,
     *     gate, T, H, HV, K, V, C
     */
    public static void main(String... args) {
        Variant variant = Variant.named(args[1]);
        Gate gate = Gate.valueOf(args[2].toUpperCase(Locale.ROOT));
        int[] size = IntStream.range(3, 9).map(i -> Integer.parseInt(args[i])).toArray();
        DeltaShape shape = new DeltaShape(
                1, size[0], size[1], size[2], size[3], size[4], 1, 1, gate, variant == Variant.DELTALENS);
        DeviceHandle device =
                TornadoDevices.named(new TornadoEngine().devices().getFirst().id());
        PlanSpec spec = PlanSpec.of(variant, shape).withForm(Form.CHUNK).withChunkSize(size[5]);
        if (!List.of("forward", "backward").contains(args[0])) {
            spec = args[0].startsWith("tensor")
                    ? spec.withPrecision(Precision.of(args[0]))
                    : spec.withStorage(Storage.of(args[0]));
        }
        KernelContext context = new KernelContext();
        DeviceMemory memory = DeviceMemory.counting(device, spec.storage());
        GraphTransfers transfers = new GraphTransfers();
        RunTable table;
        List<Launch> launches;
        if (args[0].equals("backward")) {
            BackwardPass pass = BackwardPass.of(spec, InputMap.of(variant), Map.of(), context, memory);
            GradientArrays arrays = pass.arrays();
            transfers
                    .sending(List.of(arrays.forward.state, arrays.state))
                    .sending(arrays.inputs())
                    .returning(arrays.outputs());
            table = pass.table();
            launches = pass.launches();
        } else {
            ForwardPass pass = ForwardPass.of(spec, Map.of(), context, memory);
            PlanArrays arrays = pass.arrays();
            transfers.sending(List.of(arrays.state)).sending(arrays.inputs()).returning(arrays.outputs());
            table = pass.table();
            launches = pass.launches();
        }
        table.describe(new int[] {0, size[0]}, null);
        System.out.println("== table "
                + IntStream.range(0, table.array().getSize())
                        .mapToObj(i -> Integer.toString(table.array().get(i)))
                        .collect(Collectors.joining(" ")));
        launches.forEach(launch -> System.out.println("== launch " + launch.title()));
        try {
            new GraphPlan(device, context, new Stage("run", launches, transfers)).run();
        } catch (IllegalStateException | ArithmeticException e) {
            System.out.println("== compiled but not run: " + e.getMessage());
        }
    }
}

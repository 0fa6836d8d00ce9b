package io.deltarule.tornado;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;

/** The recurrent form: one kernel. */
final class RecurrentLaunches {
    private RecurrentLaunches() {}

    /**
     * Refuses what the kernel cannot do.
     *
     * @throws InvalidInputException naming what it can
     */
    static void check(PlanSpec spec) {
        if (spec.shape().K() > RecurrentKernel.MAX_K) {
            throw new InvalidInputException("K: the tornado engine expects at most " + RecurrentKernel.MAX_K
                    + " but found " + spec.shape().K() + "; use the cpu engine");
        }
    }

    static List<Launch> of(PlanSpec spec, Operands x, RunTable table, KernelContext context) {
        DeltaShape s = spec.shape();
        int tiles = (s.V() + RecurrentKernel.COLUMNS - 1) / RecurrentKernel.COLUMNS;
        return List.of(new Launch(
                "recurrentSteps",
                RecurrentKernel.SIGNATURE,
                RecurrentKernel.LANES,
                run -> run.sequences() * s.HV() * tiles,
                (graph, name) -> graph.task(
                        name,
                        RecurrentKernel::recurrentSteps,
                        context,
                        table.array(),
                        x.q,
                        x.k,
                        x.v,
                        x.g,
                        x.erase,
                        x.eraseGain,
                        x.writeGain,
                        x.state,
                        x.o,
                        s.K(),
                        s.V(),
                        s.gateWidth(),
                        s.householders(),
                        s.H(),
                        s.HV(),
                        Terms.of(spec),
                        (float) spec.scale())));
    }
}

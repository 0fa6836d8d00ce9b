package io.deltarule.tornado.op;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Gate;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.tornado.delta.ChunkLaunches;
import io.deltarule.tornado.delta.DeltaArrays;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.RecurrentLaunches;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The delta rule as an operation of a layer: the chunkwise form for runs with longer sequences and the recurrent one for
 * single tokens, on one state. Both are launched in every run; the tables of {@link LayerRunTables} give one of them nothing
 * to do.
 */
public final class DeltaLaunches {
    private DeltaLaunches() {}

    /**
     * The launches, in order.
     *
     * @throws InvalidInputException if the kernels cannot do it
     */
    static List<Launch> of(
            SequenceOp.Delta op,
            LayerSpec layer,
            LayerArrays arrays,
            FloatArray state,
            LayerRunTables tables,
            LaunchScope scope) {
        DeltaShape s = op.shape(layer.maxTokens(), layer.sequences());
        PlanSpec steps =
                new PlanSpec(op.variant(), s, Form.RECURRENT, layer.chunkSize(), op.scale(), true, layer.device());
        RecurrentLaunches.check(steps);
        DeltaArrays x = arrays(op, arrays, state);
        if (x.q() == x.v()) {
            throw new InvalidInputException("delta: the tornado engine expects q and v in different slots but both are "
                    + op.inputs().get(Input.Q).name() + "; copy one of them");
        }
        LaunchScope byStep = scope.with(tables.steps(s.levels()));
        if (layer.form() == Form.RECURRENT) {
            int chunkSize = RecurrentLaunches.chunkSize(steps);
            if (chunkSize == 0) {
                return RecurrentLaunches.of(steps, x, null, byStep);
            }
            LaunchScope kept = scope.with(tables.chunks(s.householders(), chunkSize, s.levels()));
            return RecurrentLaunches.of(steps, x, arrays.chunks(s, chunkSize, false), kept);
        }
        PlanSpec byChunk = steps.withForm(Form.CHUNK);
        ChunkLaunches.check(byChunk);
        List<Launch> launches = new ArrayList<>();
        if (layer.maxTokens() > 1) {
            LaunchScope chunks = scope.with(tables.chunks(s.householders(), layer.chunkSize(), s.levels()));
            launches.addAll(ChunkLaunches.of(
                    byChunk, x, arrays.chunks(s, layer.chunkSize(), x.map().erases()), chunks));
        }
        launches.addAll(RecurrentLaunches.of(steps, x, null, byStep));
        return launches;
    }

    /** The slots in their places; second keys and erase gates may have a row per value head or per key head. */
    public static DeltaArrays arrays(SequenceOp.Delta op, LayerArrays arrays, FloatArray state) {
        Variant variant = op.variant();
        DeltaShape s = op.shape();
        Map<Input, Slot> in = op.inputs();
        FloatArray q = arrays.slot(in.get(Input.Q));
        Slot writeGain = in.get(variant.writeValue().gain());
        Slot erase = in.get(variant.erases() ? variant.eraseKey().vector() : Input.K);
        Slot eraseGain = variant.erases() ? in.get(variant.eraseKey().gain()) : writeGain;
        int perValueHead = s.householders() * s.HV() * s.K();
        InputMap whole = InputMap.of(variant);
        InputMap map = whole.withEraseRowsPerKeyHead(erase.width() != perValueHead)
                .withEraseGainsPerKeyHead(whole.eraseGainPerChannel() && eraseGain.width() != perValueHead);
        return new DeltaArrays(
                q,
                arrays.slot(in.get(Input.K)),
                arrays.slot(in.get(Input.V)),
                s.gate() == Gate.NONE ? q : arrays.slot(in.get(Input.G)),
                arrays.slot(erase),
                arrays.slot(eraseGain),
                arrays.slot(writeGain),
                s.crossRead() ? arrays.slot(in.get(Input.R)) : null,
                s.logLinear() ? arrays.slot(in.get(Input.LAMBDA)) : null,
                state,
                arrays.slot(op.o()),
                s.crossRead() ? arrays.slot(op.oCross()) : null,
                map);
    }
}

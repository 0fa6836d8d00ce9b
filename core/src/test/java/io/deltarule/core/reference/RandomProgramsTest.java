package io.deltarule.core.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.Input;
import io.deltarule.core.Variant;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ChannelOp;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.NormOp;
import io.deltarule.core.layer.PositionOp;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.testkit.RandomPrograms;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the programs which the laws of training run on have in them what the laws are to hold for. */
class RandomProgramsTest {
    private static final int PROGRAMS = 48; // as many as TrainingLaws runs

    @Test
    void everyOperationAndFormIsDrawn() {
        Set<String> found = new HashSet<>();
        for (RandomPrograms.Drawn drawn : RandomPrograms.draw(PROGRAMS)) {
            drawn.c().program().ops().forEach(op -> found.addAll(forms(op)));
            found.addAll(shape(drawn));
        }
        Set<String> missing = new TreeSet<>(expected());
        missing.removeAll(found);
        assertTrue(missing.isEmpty(), () -> "never drawn: " + missing);
    }

    @Test
    void theSameSeedDrawsTheSame() {
        RandomPrograms.Drawn drawn = RandomPrograms.ofSeed(5);
        RandomPrograms.Drawn again = RandomPrograms.ofSeed(5);
        assertEquals(drawn.c().program(), again.c().program());
        assertEquals(drawn.toString(), again.toString());
        assertEquals(drawn.inputSeed(), again.inputSeed());
    }

    private static Set<String> expected() {
        Set<String> expected = new HashSet<>();
        for (Class<?> kind : LayerOp.class.getPermittedSubclasses()) {
            for (Class<?> op : kind.getPermittedSubclasses()) {
                expected.add(op.getSimpleName());
            }
        }
        for (Variant variant : Variant.values()) {
            variant.gates().forEach(gate -> expected.add("delta " + variant + " " + gate));
        }
        for (Activation act : Activation.values()) {
            expected.add("activate " + act);
        }
        expected.addAll(List.of(
                "delta of 2 householders",
                "delta of 3 householders",
                "delta of grouped heads",
                "delta with a selective read",
                "delta with second keys per value head",
                "delta of constant strength",
                "attention of grouped heads",
                "attention with a window",
                "attention without a window",
                "experts by softmax",
                "experts by sigmoid",
                "experts corrected",
                "experts renormalised",
                "experts not renormalised",
                "experts in groups",
                "experts with a limit",
                "decay, bounded",
                "decay, unbounded",
                "decay without a bias",
                "steps, bounded",
                "steps, unbounded",
                "scaled and added",
                "scaled alone",
                "join, shared",
                "join, not shared",
                "gate shared by channels",
                "layer norm with a bias",
                "layer norm of heads",
                "product with a limit",
                "norm with a gate",
                "norm zero-centred",
                "mixed additively",
                "mixed convexly",
                "rotary in part",
                "angles with a temperature",
                "angles without a temperature",
                "convolution with a bias",
                "convolution of one tap",
                "dynamic convolution of one tap",
                "loss with a bias",
                "slot read twice",
                "slot read twice by one operation",
                "output that is read too",
                "weight of two operations",
                "several runs",
                "several sequences",
                "sequence that rests"));
        return expected;
    }

    private static Set<String> forms(LayerOp op) {
        Set<String> found = new HashSet<>(Set.of(op.getClass().getSimpleName()));
        if (new HashSet<>(op.reads()).size() < op.reads().size()) {
            found.add("slot read twice by one operation");
        }
        switch (op) {
            case SequenceOp.Delta d -> found.addAll(delta(d));
            case SequenceOp.Attention a -> {
                found.add(a.window() == 0 ? "attention without a window" : "attention with a window");
                add(found, a.heads() > a.kvHeads() && a.kvHeads() > 1, "attention of grouped heads");
            }
            case SequenceOp.ShortConvolution c -> {
                add(found, c.bias() != null, "convolution with a bias");
                add(found, c.taps() == 1, "convolution of one tap");
            }
            case SequenceOp.DynamicConvolution c -> add(found, c.taps() == 1, "dynamic convolution of one tap");
            case MatrixOp.Experts e -> {
                found.add(e.routing().sigmoid() ? "experts by sigmoid" : "experts by softmax");
                found.add(e.routing().renormalised() ? "experts renormalised" : "experts not renormalised");
                add(found, e.routing().correction() != null, "experts corrected");
                add(found, e.routing().groups().kept() < e.routing().groups().count(), "experts in groups");
                add(found, e.limit() < Double.POSITIVE_INFINITY, "experts with a limit");
            }
            case MatrixOp.CrossEntropy c -> add(found, c.bias() != null, "loss with a bias");
            case ElementwiseOp.LogDecay d -> {
                found.add(d.lowerBound() == 0 ? "decay, unbounded" : "decay, bounded");
                add(found, d.dtBias() == null, "decay without a bias");
            }
            case ElementwiseOp.TimeStep t -> found.add(t.least() > 0 ? "steps, bounded" : "steps, unbounded");
            case ElementwiseOp.Scale c -> found.add(c.added() == null ? "scaled alone" : "scaled and added");
            case ElementwiseOp.Activate a -> found.add("activate " + a.activation());
            case ElementwiseOp.Multiply m -> {
                add(found, m.gate().width() < m.in().width(), "gate shared by channels");
                add(found, m.limit() < Double.POSITIVE_INFINITY, "product with a limit");
            }
            case ElementwiseOp.MixReads m -> found.add(m.additive() ? "mixed additively" : "mixed convexly");
            case ChannelOp.Join j -> found.add(j.shared() ? "join, shared" : "join, not shared");
            case NormOp.RmsNorm n -> {
                add(found, n.gate() != null, "norm with a gate");
                add(found, n.zeroCentred(), "norm zero-centred");
            }
            case NormOp.LayerNorm n -> {
                add(found, n.bias() != null, "layer norm with a bias");
                add(found, n.group() < n.in().width(), "layer norm of heads");
            }
            case PositionOp.Rotary r -> add(found, r.rotary() < r.head(), "rotary in part");
            case PositionOp.SelectiveRotary r ->
                found.add(r.temperature() == null ? "angles without a temperature" : "angles with a temperature");
            default -> {} // one form only
        }
        return found;
    }

    private static Set<String> delta(SequenceOp.Delta d) {
        Set<String> found =
                new HashSet<>(Set.of("delta " + d.variant() + " " + d.shape().gate()));
        found.add("delta of " + d.shape().householders() + " householders");
        boolean grouped = d.shape().HV() > d.shape().H();
        add(found, grouped, "delta of grouped heads");
        add(found, d.shape().crossRead(), "delta with a selective read");
        for (Input input : List.of(Input.P, Input.B)) {
            boolean perValueHead = d.inputs().containsKey(input)
                    && grouped
                    && d.inputs().get(input).width()
                            == input.axesPerValueHead(d.shape()).width();
            add(found, perValueHead, "delta with second keys per value head");
        }
        return found;
    }

    private static Set<String> shape(RandomPrograms.Drawn drawn) {
        Set<String> found = new HashSet<>();
        LayerProgram program = drawn.c().program();
        List<Object> read = program.ops().stream()
                .flatMap(op -> op.reads().stream().distinct())
                .map(Object.class::cast)
                .toList();
        add(found, new HashSet<>(read).size() < read.size(), "slot read twice");
        add(found, program.outputs().stream().anyMatch(read::contains), "output that is read too");
        List<String> weights = program.ops().stream()
                .flatMap(op -> op.weights().keySet().stream())
                .toList();
        add(found, new HashSet<>(weights).size() < weights.size(), "weight of two operations");
        add(found, drawn.runs().length > 1, "several runs");
        add(found, drawn.runs()[0].length > 1, "several sequences");
        add(found, Stream.of(drawn.runs()).anyMatch(RandomProgramsTest::rests), "sequence that rests");
        for (LayerOp op : program.ops()) {
            if (op instanceof SequenceOp.Delta d) {
                boolean constant = program.ops().stream()
                        .anyMatch(other -> other instanceof ElementwiseOp.Constant c
                                && c.out().equals(d.inputs().get(Input.BETA)));
                add(found, constant, "delta of constant strength");
            }
        }
        return found;
    }

    private static boolean rests(int[] run) {
        for (int length : run) {
            if (length == 0) {
                return true;
            }
        }
        return false;
    }

    private static void add(Set<String> found, boolean there, String form) {
        if (there) {
            found.add(form);
        }
    }
}

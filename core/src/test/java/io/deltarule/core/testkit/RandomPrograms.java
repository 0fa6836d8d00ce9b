package io.deltarule.core.testkit;

import io.deltarule.core.Tensor;
import io.deltarule.core.layer.Activation;
import io.deltarule.core.layer.ElementwiseOp;
import io.deltarule.core.layer.LayerOp;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.MatrixOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.reference.ReferenceEngine;
import io.deltarule.core.reference.op.LayerEquations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;

/** Programs, runs and inputs drawn from a seed, away from where a gradient is not defined. */
public final class RandomPrograms {
    /**
     * How far a ReLU's numbers stay from 0 and an expert that is chosen from one that is not: more than what a finite difference
     * or a float32 engine moves them by.
     */
    public static final double FROM_KINKS = 1e-3;

    private static final int KINDS = 7;
    private static final int TRIES = 200;
    private static final Map<Long, Drawn> DRAWN = new ConcurrentHashMap<>(); // every law asks for the same ones

    private RandomPrograms() {}

    /**
     * A program and what it runs on.
     *
     * @param c the program and its weights
     * @param runs tokens per sequence of each run, one run after the other
     * @param inputSeed what the inputs are drawn from
     */
    @SuppressWarnings("ArrayRecordComponent") // test data, never modified
    public record Drawn(LayerCase c, int[][] runs, long inputSeed) {
        /** Capacities for all runs; chunks of 4, so that short runs have several. */
        public LayerSpec spec() {
            int most = Arrays.stream(runs)
                    .mapToInt(r -> Arrays.stream(r).sum())
                    .max()
                    .orElseThrow();
            int context = Arrays.stream(total()).max().orElseThrow();
            return c.spec(Math.max(1, most), runs[0].length, Math.max(1, context))
                    .withChunkSize(4);
        }

        /** Tokens of each sequence over all runs. */
        public int[] total() {
            int[] total = new int[runs[0].length];
            for (int[] run : runs) {
                Arrays.setAll(total, n -> total[n] + run[n]);
            }
            return total;
        }

        /** Inputs of all sequences' tokens over all runs, sequence by sequence. */
        public List<Tensor> inputs() {
            return c.inputs(Arrays.stream(total()).sum(), inputSeed);
        }

        /**
         * Gradients of all outputs, laid out as {@link #inputs}; multiples of 1/64, so that sums of two are exact.
         *
         * @param seed which
         */
        public List<Tensor> cotangents(long seed) {
            Random random = new Random(seed);
            int tokens = Arrays.stream(total()).sum();
            List<Tensor> rows = new ArrayList<>();
            for (Slot slot : c.program().outputs()) {
                Tensor given = Tensor.zeros(tokens, slot.width());
                for (long i = 0; i < given.size(); i++) {
                    given.set(i, random.nextInt(-64, 65) / 64f);
                }
                rows.add(given);
            }
            return rows;
        }

        /** The same tokens as one run. */
        public Drawn inOneRun() {
            return new Drawn(c, new int[][] {total()}, inputSeed);
        }

        /** One of its sequences alone; its rows are those of its tokens. */
        public Drawn alone(int sequence) {
            int[][] own =
                    Arrays.stream(runs).map(run -> new int[] {run[sequence]}).toArray(int[][]::new);
            return new Drawn(c, own, inputSeed);
        }

        /** What one run gets of {@link #inputs}, or of other rows of all tokens; null stays null. */
        public List<Tensor> ofRun(List<Tensor> rows, int run) {
            List<Tensor> parts = new ArrayList<>();
            for (Tensor tensor : rows) {
                parts.add(tensor == null ? null : ofRun(tensor, run));
            }
            return parts;
        }

        private Tensor ofRun(Tensor rows, int run) {
            int width = rows.dim(1);
            Tensor part = Tensor.zeros(Arrays.stream(runs[run]).sum(), width);
            int to = 0;
            for (int token : tokens(run)) {
                for (int c = 0; c < width; c++) {
                    part.set((long) to * width + c, rows.get((long) token * width + c));
                }
                to++;
            }
            return part;
        }

        /** Which of all tokens a run has. */
        public int[] tokens(int run) {
            int[] total = total();
            List<Integer> tokens = new ArrayList<>();
            int first = 0;
            for (int n = 0; n < total.length; n++) {
                int before = 0;
                for (int r = 0; r < run; r++) {
                    before += runs[r][n];
                }
                for (int t = 0; t < runs[run][n]; t++) {
                    tokens.add(first + before + t);
                }
                first += total[n];
            }
            return tokens.stream().mapToInt(Integer::intValue).toArray();
        }

        @Override
        public String toString() {
            return c.name() + ", runs of " + Arrays.deepToString(runs);
        }
    }

    /** The programs of some seeds. */
    public static List<Drawn> draw(int count) {
        return LongStream.range(0, count).mapToObj(RandomPrograms::ofSeed).toList();
    }

    /** One program, the same for the same seed. */
    public static Drawn ofSeed(long seed) {
        return DRAWN.computeIfAbsent(seed, RandomPrograms::make);
    }

    private static Drawn make(long seed) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L + 8);
        int variant = Math.floorMod(seed, Integer.MAX_VALUE / 2);
        LayerCase c = new LayerCase("program " + seed, ProgramDraw.draw(random, KINDS, variant));
        int[][] runs = runs(random);
        for (int i = 0; i < TRIES; i++) {
            Drawn drawn = new Drawn(c, runs, random.nextInt());
            if (fromKinks(drawn) > FROM_KINKS) {
                return drawn;
            }
        }
        throw new IllegalStateException(c + ": no inputs away from kinks in " + TRIES + " tries");
    }

    /** One to three runs of one to three sequences, some of which bring nothing. */
    private static int[][] runs(Random random) {
        int[][] runs = new int[random.nextInt(1, 4)][random.nextInt(1, 4)];
        for (int[] run : runs) {
            Arrays.setAll(run, n -> random.nextInt(4) == 0 ? 0 : random.nextInt(1, 7));
        }
        runs[0][0] = 5;
        return runs;
    }

    /** The least distance of all tokens' numbers from where a slope jumps. */
    private static double fromKinks(Drawn drawn) {
        LayerProgram program = drawn.c().program();
        List<Slot> watched = new ArrayList<>();
        for (LayerOp op : program.ops()) {
            if (op instanceof ElementwiseOp.Activate a && a.activation() == Activation.RELU) {
                watched.add(a.in());
            } else if (op instanceof ElementwiseOp.TimeStep t) {
                watched.add(t.in());
            } else if (op instanceof MatrixOp.Experts e) {
                watched.add(e.logits());
                watched.add(e.in());
            } else if (op instanceof ElementwiseOp.Multiply m && m.limit() < Double.POSITIVE_INFINITY) {
                watched.addAll(m.reads());
            }
        }
        LayerCase open = new LayerCase(
                drawn.c().name(),
                new LayerProgram(program.inputs(), List.copyOf(new HashSet<>(watched)), program.ops()));
        Drawn seen = new Drawn(open, new int[][] {drawn.total()}, drawn.inputSeed());
        List<Tensor> rows = open.outputs(Arrays.stream(drawn.total()).sum());
        try (LayerPlan plan = new ReferenceEngine().plan(seen.spec())) {
            plan.run(drawn.total(), seen.inputs(), rows);
        }
        double least = Double.POSITIVE_INFINITY;
        for (LayerOp op : program.ops()) {
            if (op instanceof ElementwiseOp.Activate a && a.activation() == Activation.RELU) {
                Tensor x = rows.get(open.program().outputs().indexOf(a.in()));
                for (long i = 0; i < x.size(); i++) {
                    least = Math.min(least, Math.abs(x.get(i)));
                }
            } else if (op instanceof ElementwiseOp.TimeStep t) {
                least = Math.min(
                        least,
                        fromBounds(t, drawn, rows.get(open.program().outputs().indexOf(t.in()))));
            } else if (op instanceof MatrixOp.Experts e) {
                least = Math.min(
                        least,
                        fromTies(e, drawn, rows.get(open.program().outputs().indexOf(e.logits()))));
                least = Math.min(
                        least,
                        fromLimits(e, drawn, rows.get(open.program().outputs().indexOf(e.in()))));
            } else if (op instanceof ElementwiseOp.Multiply m && m.limit() < Double.POSITIVE_INFINITY) {
                Tensor x = rows.get(open.program().outputs().indexOf(m.in()));
                Tensor z = rows.get(open.program().outputs().indexOf(m.gate()));
                for (long i = 0; i < x.size(); i++) {
                    least = Math.min(least, fromLimit(x.get(i), z.get(i), m.activation(), m.limit()));
                }
            }
        }
        return least;
    }

    /** The least distance from where a step meets a bound, x + dt_bias = log(exp(bound) − 1). */
    private static double fromBounds(ElementwiseOp.TimeStep op, Drawn drawn, Tensor x) {
        int width = op.in().width();
        double least = Double.POSITIVE_INFINITY;
        for (long i = 0; i < x.size(); i++) {
            double biased =
                    x.get(i) + drawn.c().weights().get(op.dtBias(), width).get(i % width);
            for (double bound : new double[] {op.least(), op.most()}) {
                least = Math.min(least, Math.abs(biased - Math.log(Math.expm1(bound))));
            }
        }
        return least;
    }

    /** How far the two factors of a product are from their limit. */
    private static double fromLimit(double x, double z, Activation act, double limit) {
        return Math.min(Math.abs(Math.abs(x) - limit), Math.abs(LayerEquations.activation(act, z) - limit));
    }

    /** The same for what is in the middle of experts, chosen or not. */
    private static double fromLimits(MatrixOp.Experts op, Drawn drawn, Tensor x) {
        double least = Double.POSITIVE_INFINITY;
        for (int e = 0; e < op.experts() && op.limit() < Double.POSITIVE_INFINITY; e++) {
            Tensor gate = drawn.c()
                    .weights()
                    .get(op.gate(e), op.intermediate(), op.in().width())
                    .toTensor();
            Tensor up = drawn.c()
                    .weights()
                    .get(op.up(e), op.intermediate(), op.in().width())
                    .toTensor();
            for (int t = 0; t < x.dim(0); t++) {
                for (int i = 0; i < op.intermediate(); i++) {
                    least = Math.min(
                            least, fromLimit(dot(up, i, x, t), dot(gate, i, x, t), Activation.SILU, op.limit()));
                }
            }
        }
        return least;
    }

    private static double dot(Tensor weight, int row, Tensor x, int token) {
        int width = x.dim(1);
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += (double) weight.get((long) row * width + i) * x.get((long) token * width + i);
        }
        return sum;
    }

    /** The least distance between the last expert, or group of them, that is chosen and the first that is not. */
    private static double fromTies(MatrixOp.Experts op, Drawn drawn, Tensor logits) {
        int experts = op.experts();
        MatrixOp.Experts.Routing routing = op.routing();
        MatrixOp.Experts.Groups groups = routing.groups();
        int size = experts / groups.count();
        double least = Double.POSITIVE_INFINITY;
        for (long t = 0; t < logits.dim(0); t++) {
            double[] scores = new double[experts];
            double sum = 0;
            for (int e = 0; e < experts; e++) {
                double z = logits.get(t * experts + e);
                scores[e] = routing.sigmoid() ? 1 / (1 + Math.exp(-z)) : Math.exp(z);
                sum += scores[e];
            }
            for (int e = 0; e < experts; e++) {
                scores[e] = (routing.sigmoid() ? scores[e] : scores[e] / sum)
                        + (routing.correction() == null
                                ? 0
                                : drawn.c()
                                        .weights()
                                        .get(routing.correction(), experts)
                                        .get(e));
            }
            double[][] parts = new double[groups.count()][];
            for (int g = 0; g < parts.length; g++) {
                parts[g] = Arrays.copyOfRange(scores, g * size, (g + 1) * size);
                Arrays.sort(parts[g]);
            }
            Arrays.sort(parts, Comparator.comparingDouble(part -> -best(part)));
            double[] left = Arrays.stream(parts)
                    .limit(groups.kept())
                    .flatMapToDouble(Arrays::stream)
                    .sorted()
                    .toArray();
            if (groups.kept() < groups.count()) {
                least = Math.min(least, best(parts[groups.kept() - 1]) - best(parts[groups.kept()]));
            }
            int last = left.length - routing.chosen();
            if (last > 0) {
                least = Math.min(least, left[last] - left[last - 1]);
            }
        }
        return least;
    }

    /** Of a group's sorted scores the two largest together. */
    private static double best(double[] sorted) {
        return sorted[sorted.length - 1] + (sorted.length > 1 ? sorted[sorted.length - 2] : 0);
    }
}

package io.deltarule.bench.suite;

import io.deltarule.bench.result.DeviceCeilings;
import io.deltarule.bench.result.TransferMeasurement;
import io.deltarule.bench.timing.InterleavedTimer;
import io.deltarule.bench.timing.TimeBreakdown;
import io.deltarule.bench.timing.Timing;
import io.deltarule.core.EngineUnavailableException;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.Tensor;
import io.deltarule.core.measure.CeilingEngine;
import io.deltarule.core.measure.DeviceWork;
import io.deltarule.core.measure.Profiled;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What an accelerator does at most, and how fast it is reached. Every copy and product is compared before it is timed, and
 * all of it: copies exactly, products to rounding.
 */
record DeviceProbe(CeilingEngine engine, String device, SuiteSizes sizes, InterleavedTimer timer) {
    /** Largest error of a row over the rows' RMS value: rounding leaves some 1e-6. */
    private static final double PRODUCT_TOLERANCE = 1e-5;

    /** What came of timing some work. */
    private record Outcome(String problem, boolean faulty, Timing timing, TimeBreakdown breakdown) {
        static Outcome refused(String why) {
            return new Outcome(why, false, null, null);
        }

        static Outcome faulty(String why) {
            return new Outcome(why, true, null, null);
        }

        /** The kernels' own time where the engine measures it, else the time by the clock; NaN if nothing was timed. */
        double nanos() {
            return timing == null
                    ? Double.NaN
                    : breakdown != null && breakdown.kernelNanos() > 0 ? breakdown.kernelNanos() : timing.medianNanos();
        }
    }

    /** Measures the ceilings. One whose result was wrong is NaN, and the problem says why. */
    DeviceCeilings ceilings() {
        int n = sizes.probes().product();
        Outcome product = onMatrices(n);
        Outcome copy = onBlock(sizes.probes().copy(), x -> engine.copy(device, x), "copy");
        String problem = product.problem() == null
                ? copy.problem()
                : copy.problem() == null ? product.problem() : product.problem() + "; " + copy.problem();
        return DeviceCeilings.ofAccelerator(
                2.0 * n * n * n / product.nanos(),
                2.0 * sizes.probes().copy() / copy.nanos(),
                problem,
                product.faulty() || copy.faulty());
    }

    /** Times blocks of rising size to the device and back. */
    List<TransferMeasurement> transfers() {
        return sizes.probes().transfers().stream()
                .map(bytes -> {
                    Outcome out = onBlock(bytes, x -> engine.transfer(device, x), "transfer");
                    return new TransferMeasurement(
                            engine, device, bytes, out.problem(), out.faulty(), out.timing(), out.breakdown());
                })
                .toList();
    }

    private Outcome onBlock(long bytes, Function<Tensor, DeviceWork> maker, String name) {
        int count = Math.toIntExact(bytes / Float.BYTES);
        try (Arena arena = Arena.ofShared()) {
            Tensor x = random(arena, 3, count);
            Tensor y = Tensor.allocate(arena, count).fill(Float.NaN);
            return timed(() -> maker.apply(x), y, () -> {
                long differs = x.data().mismatch(y.data());
                return differs < 0
                        ? null
                        : name + ": WRONG: expected " + x.get(differs / Float.BYTES) + " at " + differs / Float.BYTES
                                + " but found " + y.get(differs / Float.BYTES);
            });
        } catch (OutOfMemoryError e) {
            return Outcome.refused(name + ": not enough memory: " + e.getMessage());
        }
    }

    private Outcome onMatrices(int n) {
        try (Arena arena = Arena.ofShared()) {
            Tensor a = random(arena, 1, n, n);
            Tensor b = random(arena, 2, n, n);
            Tensor c = Tensor.allocate(arena, n, n).fill(Float.NaN);
            return timed(() -> engine.multiply(device, a, b), c, () -> productProblem(a, b, c, n));
        } catch (OutOfMemoryError e) {
            return Outcome.refused("matrix product: not enough memory: " + e.getMessage());
        }
    }

    /**
     * Freivalds' check of the whole product in float64: C r against A (B r), with r of random signs, so that no wrong number
     * hides in a row.
     */
    private static String productProblem(Tensor a, Tensor b, Tensor c, int n) {
        SplittableRandom random = new SplittableRandom(4);
        double[] signs = new double[n];
        Arrays.setAll(signs, i -> random.nextBoolean() ? 1 : -1);
        double[] expected = times(a, times(b, signs));
        double[] found = times(c, signs);
        double squares = Arrays.stream(expected).map(x -> x * x).sum();
        double allowed = PRODUCT_TOLERANCE * Math.sqrt(squares / n);
        for (int row = 0; row < n; row++) {
            if (!(Math.abs(found[row] - expected[row]) <= allowed)) { // also false for NaN
                return "matrix product: WRONG: expected row " + row + " times random signs to be " + expected[row]
                        + " but found " + found[row];
            }
        }
        return null;
    }

    private static double[] times(Tensor matrix, double[] vector) {
        double[] product = new double[vector.length];
        for (int i = 0; i < product.length; i++) {
            for (int j = 0; j < vector.length; j++) {
                product[i] += matrix.get((long) i * vector.length + j) * vector[j];
            }
        }
        return product;
    }

    /** Runs the work once, checks its result, and times it only if the result is right. */
    private Outcome timed(Supplier<DeviceWork> maker, Tensor result, Supplier<String> check) {
        try (DeviceWork work = maker.get()) {
            work.run();
            work.read(result);
            String wrong = check.get();
            if (wrong != null) {
                return Outcome.faulty(wrong);
            }
            Timing timing = timer.time(List.of(work::run)).getFirst();
            Optional<Profiled> profiled = work instanceof Profiled p ? Optional.of(p) : Optional.empty();
            return new Outcome(
                    null, false, timing, TimeBreakdown.of(profiled, work::run).orElse(null));
        } catch (InvalidInputException | EngineUnavailableException e) {
            return Outcome.refused(e.getMessage());
        } catch (RuntimeException e) {
            return Outcome.faulty(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private static Tensor random(Arena arena, long seed, int... dims) {
        SplittableRandom random = new SplittableRandom(seed);
        Tensor tensor = Tensor.allocate(arena, dims);
        for (long i = 0; i < tensor.size(); i++) {
            tensor.set(i, (float) random.nextDouble(-1, 1));
        }
        return tensor;
    }
}

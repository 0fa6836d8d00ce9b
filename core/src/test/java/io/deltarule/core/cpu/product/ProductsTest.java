package io.deltarule.core.cpu.product;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.deltarule.core.cpu.math.OpenBlas;
import io.deltarule.core.cpu.math.Part;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All forms of both products against float64, of many sizes, within arrays whose other numbers must stay. */
class ProductsTest {
    private static final int[] SIZES = {1, 2, 3, 4, 7, 8, 11, 12, 13, 16, 20, 31, 32, 33, 48, 65, 130};
    private static final float POISON = Float.NaN;

    private record Size(int m, int n, int k) {}

    private static Stream<Products> both() {
        return OpenBlas.unavailable().isPresent()
                ? Stream.of(new TileProducts())
                : Stream.of(new TileProducts(), new BlasProducts());
    }

    private static List<Size> sizes() {
        SplittableRandom random = new SplittableRandom(1);
        return Stream.concat(
                        Arrays.stream(SIZES)
                                .boxed()
                                .flatMap(a -> Stream.of(new Size(a, 33, 9), new Size(12, a, 5), new Size(5, 40, a))),
                        Stream.generate(() -> new Size(any(random), any(random), any(random)))
                                .limit(60))
                .toList();
    }

    private static int any(SplittableRandom random) {
        return SIZES[random.nextInt(SIZES.length)];
    }

    /** A matrix somewhere in an array of other numbers. */
    private static Part matrix(SplittableRandom random, int rows, int columns, float others) {
        int at = random.nextInt(5);
        int stride = columns + random.nextInt(4);
        float[] data = new float[at + rows * stride + 3];
        Arrays.fill(data, others);
        Part part = new Part(data, at, stride);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                data[at + i * stride + j] = (float) random.nextDouble(-1, 1);
            }
        }
        return part;
    }

    private static float get(Part part, int i, int j) {
        return part.data()[part.at() + i * part.stride() + j];
    }

    private interface Element {
        float at(int i, int j);
    }

    private static void check(String what, Size s, Element left, Element right, double beta, Part before, Part c) {
        int untouched = 0;
        for (int i = 0; i < s.m; i++) {
            for (int j = 0; j < s.n; j++) {
                double exact = beta == 0 ? 0 : beta * get(before, i, j);
                double size = Math.abs(exact);
                for (int l = 0; l < s.k; l++) {
                    double term = (double) left.at(i, l) * right.at(l, j);
                    exact += term;
                    size += Math.abs(term);
                }
                double found = get(c, i, j);
                assertEquals(exact, found, 1e-6 * size + 1e-30, () -> what + " of " + s);
            }
        }
        for (float number : c.data()) {
            untouched += Float.isNaN(number) ? 1 : 0;
        }
        assertEquals(c.data().length - s.m * s.n, untouched, () -> what + " of " + s + " wrote where it may not");
    }

    private static Part poisoned(Part like, boolean all) {
        float[] data = like.data().clone();
        if (all) {
            Arrays.fill(data, POISON);
        }
        return new Part(data, like.at(), like.stride());
    }

    @ParameterizedTest
    @MethodSource("both")
    void productsAreThoseOfFloat64AndNothingElseIsTouched(Products products) {
        SplittableRandom random = new SplittableRandom(2);
        for (Size s : sizes()) {
            Part a = matrix(random, s.m, s.k, POISON);
            Part aTurned = matrix(random, s.k, s.m, POISON);
            Part b = matrix(random, s.k, s.n, POISON);
            Part bTurned = matrix(random, s.n, s.k, POISON);
            Part before = matrix(random, s.m, s.n, POISON);
            for (float beta : new float[] {0, 1, 0.75f}) {
                Part c = poisoned(before, beta == 0);
                products.multiply(s.m, s.n, s.k, a, b, beta, c);
                check("A B", s, (i, l) -> get(a, i, l), (l, j) -> get(b, l, j), beta, before, c);
                Part d = poisoned(before, beta == 0);
                products.multiplyRightTransposed(s.m, s.n, s.k, a, bTurned, beta, d);
                check("A Bᵀ", s, (i, l) -> get(a, i, l), (l, j) -> get(bTurned, j, l), beta, before, d);
                Part e = poisoned(before, beta == 0);
                products.multiplyLeftTransposed(s.m, s.n, s.k, aTurned, b, beta, e);
                check("Aᵀ B", s, (i, l) -> get(aTurned, l, i), (l, j) -> get(b, l, j), beta, before, e);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void rowsHaveFactorsOfTheirOwn(Products products) {
        SplittableRandom random = new SplittableRandom(3);
        for (Size s : sizes()) {
            Part a = matrix(random, s.m, s.k, POISON);
            Part b = matrix(random, s.k, s.n, POISON);
            Part d = matrix(random, s.m, s.n, POISON);
            float[] factors = new float[2 * s.m + 24];
            for (int i = 0; i < factors.length; i++) {
                factors[i] = (float) random.nextDouble(-1, 1);
            }
            Part c = new Part(d.data().clone(), d.at(), d.stride());
            Addend added = new Addend(c, Factors.of(factors, s.m + 1));
            products.multiply(s.m, s.n, s.k, Factors.of(factors, 1), a, b, added, c);
            Part scaled = new Part(d.data().clone(), d.at(), d.stride());
            for (int i = 0; i < s.m; i++) {
                for (int j = 0; j < s.n; j++) {
                    scaled.data()[scaled.at() + i * scaled.stride() + j] *= factors[s.m + 1 + i];
                }
            }
            check("diag A B", s, (i, l) -> factors[1 + i] * get(a, i, l), (l, j) -> get(b, l, j), 1, scaled, c);
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void aColumnDoesNotDependOnItsNeighboursWhereThatIsPromised(Products products) {
        if (!products.columnsAreIndependent()) {
            return;
        }
        SplittableRandom random = new SplittableRandom(4);
        Size s = new Size(29, 77, 130);
        Part a = matrix(random, s.m, s.k, POISON);
        Part b = matrix(random, s.k, s.n, POISON);
        Part whole = matrix(random, s.m, s.n, POISON);
        Part one = matrix(random, s.m, 1, POISON);
        products.multiply(s.m, s.n, s.k, a, b, 0, whole);
        for (int j = 0; j < s.n; j++) {
            products.multiply(s.m, 1, s.k, a, b.fromColumn(j), 0, one);
            for (int i = 0; i < s.m; i++) {
                assertEquals(get(one, i, 0), get(whole, i, j));
            }
        }
    }
}

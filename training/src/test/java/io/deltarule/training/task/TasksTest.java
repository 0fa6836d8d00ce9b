package io.deltarule.training.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.deltarule.core.InvalidInputException;
import io.deltarule.training.Batch;
import io.deltarule.training.Seeds;
import io.deltarule.training.TrainingTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labels by brute force. */
class TasksTest {
    private static final BatchSizes SIZES = new BatchSizes(40, 3, 21, 2);

    /** Each sequence of some batches, with its labels. */
    private static void each(TrainingTask task, BiFunction<int[], int[], Void> check) {
        for (int step = 0; step < 3; step++) {
            Batch batch = task.training(Seeds.generator(1, step));
            int at = 0;
            for (int length : batch.lengths()) {
                check.apply(
                        Arrays.copyOfRange(batch.ids(), at, at + length),
                        Arrays.copyOfRange(batch.labels(), at, at + length));
                at += length;
            }
        }
    }

    @Test
    void parityIsTheSumModuloTwo() {
        each(new ParityTask(SIZES), (ids, labels) -> {
            for (int t = 0; t < ids.length; t++) {
                assertEquals(Arrays.stream(ids, 0, t + 1).sum() % 2, labels[t]);
            }
            return null;
        });
    }

    @ParameterizedTest
    @CsvSource({"S3, 6", "S4, 24", "A5, 60", "S5, 120"})
    void permutationsAreAppliedOneAfterTheOther(PermutationGroup group, int size) {
        assertEquals(size, group.size());
        each(new PermutationTask(group, SIZES), (ids, labels) -> {
            int points = group.element(0).length;
            int[] where = new int[points];
            Arrays.setAll(where, i -> i);
            for (int t = 0; t < ids.length; t++) {
                int[] moves = group.element(ids[t]);
                Arrays.setAll(where, i -> moves[where[i]]);
                assertArrayEquals(where, group.element(labels[t]));
            }
            return null;
        });
        assertArrayEquals(new int[] {0, 1, 2}, Arrays.copyOf(group.element(0), 3));
    }

    @Test
    void theAlternatingGroupIsClosedAndEven() {
        PermutationGroup a5 = PermutationGroup.named("a5");
        Set<Integer> products = new HashSet<>();
        for (int i = 0; i < a5.size(); i++) {
            products.add(a5.product(i, 17));
        }
        assertEquals(60, products.size());
        assertThrows(InvalidInputException.class, () -> PermutationGroup.named("S6"));
    }

    /** Products first: another way than the task's running sums. */
    private static int value(int[] ids, int end, int m) {
        List<Integer> terms = new ArrayList<>();
        int sign = 1;
        int product = ids[0];
        for (int t = 1; t < end; t += 2) {
            if (ids[t] == m + 2) {
                product *= ids[t + 1];
            } else {
                terms.add(sign * product);
                sign = ids[t] == m ? 1 : -1;
                product = ids[t + 1];
            }
        }
        terms.add(sign * product);
        return Math.floorMod(terms.stream().mapToInt(Integer::intValue).sum(), m);
    }

    @Test
    void arithmeticTakesProductsFirst() {
        Set<Integer> seen = new HashSet<>();
        BatchSizes few = new BatchSizes(60, 1, 13, 1); // 4 to the 7th fits an int
        each(new ModularTask(5, few), (ids, labels) -> {
            for (int t = 0; t < ids.length; t++) {
                seen.add(ids[t]);
                assertEquals(t % 2 == 1, ids[t] >= 5);
                assertEquals(t % 2 == 1 ? Batch.NONE : value(ids, t + 1, 5), labels[t]);
            }
            return null;
        });
        assertEquals(8, seen.size(), "all numbers and signs");
    }

    @Test
    void recallAsksForEveryKeyOnce() {
        RecallTask task = new RecallTask(32, 5, new BatchSizes(50, 20, 41, 1));
        double[] distance = new double[2];
        each(task, (ids, labels) -> {
            Set<Integer> keys = new HashSet<>();
            Set<Integer> asked = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                assertTrue(ids[2 * i] >= 1 && ids[2 * i] < 16 && ids[2 * i + 1] >= 16 && ids[2 * i + 1] < 32);
                keys.add(ids[2 * i]);
            }
            for (int t = 0; t < ids.length; t++) {
                if (labels[t] != Batch.NONE) {
                    assertTrue(t >= 10 && t % 2 == 0);
                    asked.add(ids[t]);
                    int pair = 0;
                    while (ids[pair] != ids[t]) {
                        pair += 2;
                    }
                    assertEquals(ids[pair + 1], labels[t]);
                    distance[0] += (t - 10.0) / (ids.length - 10);
                    distance[1]++;
                } else if (t >= 10) {
                    assertEquals(0, ids[t]);
                }
            }
            assertEquals(5, keys.size());
            assertEquals(keys, asked);
            return null;
        });
        assertTrue(distance[0] / distance[1] < 0.42, "most are asked for soon: " + distance[0] / distance[1]);
        assertThrows(InvalidInputException.class, () -> new RecallTask(32, 16, SIZES), "more pairs than keys");
        RecallTask tooShort = new RecallTask(32, 6, new BatchSizes(1, 20, 20, 1));
        assertThrows(InvalidInputException.class, () -> tooShort.training(new SplittableRandom(1)));
    }

    @Test
    void aTextsWindowsPredictTheNextTokenAndHeldOutOnesAreNeverTrainedOn() {
        int[] ids = new int[1000];
        Arrays.setAll(ids, i -> i);
        TextTask task = new TextTask(ids, 1000, new BatchSizes(4, 32, 32, 100), 0.2);
        assertEquals(800, task.trainedTokens());
        Set<Integer> trained = new HashSet<>();
        for (int step = 0; step < 3000; step++) {
            Batch batch = task.training(Seeds.generator(1, step));
            assertEquals(4 * 32, batch.labelled());
            for (int t = 0; t < batch.tokens(); t++) {
                assertEquals(batch.ids()[t] + 1, batch.labels()[t]);
                trained.add(batch.labels()[t]);
            }
        }
        assertTrue(trained.stream().allMatch(id -> id < 800) && trained.contains(799), "all of the first part");
        Set<Integer> heldOut = new HashSet<>();
        for (Batch batch : task.heldOut()) {
            Arrays.stream(batch.ids()).forEach(id -> assertTrue(id >= 800));
            Arrays.stream(batch.labels()).forEach(heldOut::add);
        }
        assertEquals(6 * 32, heldOut.size(), "whole windows, each label once");
        assertThrows(InvalidInputException.class, () -> new TextTask(ids, 999, SIZES, 0.1), "an id beyond");
        assertThrows(InvalidInputException.class, () -> new TextTask(ids, 1000, BatchSizes.of(1, 100), 0.1));
    }

    @Test
    void batchesDependOnTheirSeedAlone() {
        TrainingTask task = new ParityTask(SIZES);
        int[] first = task.training(Seeds.generator(7, 3, 0)).ids();
        task.training(Seeds.generator(7, 4, 0));
        assertArrayEquals(first, task.training(Seeds.generator(7, 3, 0)).ids());
        assertNotEquals(
                Arrays.hashCode(first),
                Arrays.hashCode(task.training(Seeds.generator(7, 3, 1)).ids()));
        assertNotEquals(
                Arrays.hashCode(first),
                Arrays.hashCode(task.training(Seeds.generator(8, 3, 0)).ids()));
        assertEquals(2, task.heldOut().size());
        assertArrayEquals(task.heldOut().get(1).ids(), task.heldOut().get(1).ids());
        assertEquals(21, task.heldOut().getFirst().longest());
        assertThrows(InvalidInputException.class, () -> new BatchSizes(1, 4, 3, 1));
        assertThrows(InvalidInputException.class, () -> new Batch(new int[] {2}, new int[2], new int[1]));
    }
}

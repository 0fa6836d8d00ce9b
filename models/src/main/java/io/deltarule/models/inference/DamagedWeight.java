package io.deltarule.models.inference;

import io.deltarule.core.layer.Weight;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;

/**
 * A number of a weight that cannot be meant.
 *
 * @param name the weight's, as its files have it
 * @param index where in it
 * @param value NaN or infinite
 */
record DamagedWeight(String name, String index, float value) {
    /** A decay that forgets everything is stored as the logarithm of infinity, or of nothing as the logarithm of zero. */
    private static final String LOG_DECAY = "A_log";

    /** The first NaN, else the first infinity, in the order of the names. */
    static Optional<DamagedWeight> of(Network network) {
        Map<String, Weight> all = network.weights().all();
        return first(network, all, Double::isNaN).or(() -> first(network, all, Double::isInfinite));
    }

    private static Optional<DamagedWeight> first(Network network, Map<String, Weight> all, DoublePredicate wrong) {
        return all.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(entry -> in(network, entry.getKey(), entry.getValue(), wrong).stream())
                .findFirst();
    }

    private static Optional<DamagedWeight> in(Network network, String name, Weight weight, DoublePredicate wrong) {
        for (long i = 0; i < weight.size(); i++) {
            float value = weight.get(i);
            if (wrong.test(value) && !(Float.isInfinite(value) && name.endsWith(LOG_DECAY))) {
                return Optional.of(new DamagedWeight(
                        network.storedNames().apply(name), Arrays.toString(place(i, weight.dims())), value));
            }
        }
        return Optional.empty();
    }

    private static long[] place(long index, int... dims) {
        long[] place = new long[dims.length];
        long left = index;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            place[axis] = left % dims[axis];
            left /= dims[axis];
        }
        return place;
    }

    String message() {
        return "weight " + name + ": expected finite numbers but found " + value + " at " + index
                + "; fetch the model's files again, or what made them went wrong";
    }
}

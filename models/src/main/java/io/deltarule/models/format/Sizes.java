package io.deltarule.models.format;

import io.deltarule.core.InvalidInputException;

/** The sizes that configs may ask for: no published model comes near these limits, and nothing below them overflows. */
final class Sizes {
    /** Channels, rows of a table: ids are carried as float32, exact up to here. */
    static final int MOST = 1 << 24;

    static final int MOST_LAYERS = 2048;
    static final int MOST_HEADS = 1 << 14;
    static final int MOST_EXPERTS = 8192;
    static final int MOST_TAPS = 64;

    /** Experts of all layers together: each has three weights by name. */
    static final int MOST_EXPERTS_IN_ALL = 1 << 17;

    private Sizes() {}

    /** Width of the model's rows. */
    static int hidden(ConfigObject config, int absent) {
        return config.count("hidden_size", 1, MOST, absent);
    }

    static int vocab(ConfigObject config, int absent) {
        return config.count("vocab_size", 1, MOST, absent);
    }

    static int layers(ConfigObject config, int absent) {
        return config.count("num_hidden_layers", 1, MOST_LAYERS, absent);
    }

    static int heads(ConfigObject config, String key, int absent) {
        return config.count(key, 1, MOST_HEADS, absent);
    }

    static int width(ConfigObject config, String key, int absent) {
        return config.count(key, 1, MOST, absent);
    }

    static int positions(ConfigObject config, int absent) {
        return config.count("max_position_embeddings", 0, Integer.MAX_VALUE, absent);
    }

    static double eps(ConfigObject config, String key, double absent) {
        return config.number(key, 0, 1, absent);
    }

    /** A product that is a width. */
    static int product(String what, long a, long b) {
        if (a * b > MOST) {
            throw new InvalidInputException(
                    "config.json: " + what + ": expected at most " + MOST + " but found " + a + " · " + b);
        }
        return (int) (a * b);
    }

    /** An activation that must be SiLU. */
    static void siluOnly(ConfigObject config) {
        config.choice("hidden_act", "silu", "silu", "swish");
    }

    static void dividesHeads(ConfigObject config, String key, int found, int heads) {
        if (heads % found != 0) {
            throw config.refused(key, "a divisor of " + heads + " heads");
        }
    }

    static void multipleOfHeads(ConfigObject config, String key, int found, int heads) {
        if (found % heads != 0) {
            throw config.refused(key, "a multiple of " + heads + " key heads");
        }
    }
}

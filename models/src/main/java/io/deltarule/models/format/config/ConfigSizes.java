package io.deltarule.models.format.config;

import io.deltarule.core.InvalidInputException;

/** The sizes that configs may ask for: no published model comes near these limits, and nothing below them overflows. */
public final class ConfigSizes {
    /** Channels, rows of a table: ids are carried as float32, exact up to here. */
    public static final int MOST = 1 << 24;

    public static final int MOST_LAYERS = 2048;
    static final int MOST_HEADS = 1 << 14;
    public static final int MOST_EXPERTS = 8192;
    public static final int MOST_TAPS = 64;

    /** Experts of all layers together: each has three weights by name. */
    public static final int MOST_EXPERTS_IN_ALL = 1 << 17;

    private ConfigSizes() {}

    /** Width of the model's rows. */
    public static int hidden(ConfigObject config, int absent) {
        return config.count("hidden_size", 1, MOST, absent);
    }

    public static int vocab(ConfigObject config, int absent) {
        return config.count("vocab_size", 1, MOST, absent);
    }

    public static int layers(ConfigObject config, int absent) {
        return config.count("num_hidden_layers", 1, MOST_LAYERS, absent);
    }

    public static int heads(ConfigObject config, String key, int absent) {
        return config.count(key, 1, MOST_HEADS, absent);
    }

    public static int width(ConfigObject config, String key, int absent) {
        return config.count(key, 1, MOST, absent);
    }

    public static int positions(ConfigObject config, int absent) {
        return config.count("max_position_embeddings", 0, Integer.MAX_VALUE, absent);
    }

    public static double eps(ConfigObject config, String key, double absent) {
        return config.number(key, 0, 1, absent);
    }

    /** A product that is a width. */
    public static int product(String what, long a, long b) {
        if (a * b > MOST) {
            throw new InvalidInputException(
                    "config.json: " + what + ": expected at most " + MOST + " but found " + a + " · " + b);
        }
        return (int) (a * b);
    }

    /** An activation that must be SiLU. */
    public static void siluOnly(ConfigObject config) {
        config.choice("hidden_act", "silu", "silu", "swish");
    }

    public static void dividesHeads(ConfigObject config, String key, int found, int heads) {
        if (heads % found != 0) {
            throw config.refused(key, "a divisor of " + heads + " heads");
        }
    }

    public static void multipleOfHeads(ConfigObject config, String key, int found, int heads) {
        if (found % heads != 0) {
            throw config.refused(key, "a multiple of " + heads + " key heads");
        }
    }
}

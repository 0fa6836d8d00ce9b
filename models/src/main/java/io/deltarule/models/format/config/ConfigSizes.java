package io.deltarule.models.format.config;

import io.deltarule.core.InvalidInputException;

/**
 * Reads a model's sizes from a config and refuses those beyond limits that no published model comes near. Below the limits,
 * products of two sizes do not overflow.
 */
public final class ConfigSizes {
    /** Most channels, and most rows of a table: token ids are carried as float32, which is exact up to here. */
    public static final int MOST = 1 << 24;

    public static final int MOST_LAYERS = 2048;
    static final int MOST_HEADS = 1 << 14;
    public static final int MOST_EXPERTS = 8192;
    public static final int MOST_TAPS = 64;

    /** Experts of all layers together: each has three weights by name. */
    private static final int MOST_EXPERTS_IN_ALL = 1 << 17;

    private ConfigSizes() {}

    /** Refuses more experts per layer, which a key says, than names can be made for in all layers. */
    public static void expertsInAll(ConfigObject config, String key, int experts, int layers) {
        if ((long) experts * layers > MOST_EXPERTS_IN_ALL) {
            throw config.refused(key, "at most " + MOST_EXPERTS_IN_ALL / layers + " in " + layers + " layers");
        }
    }

    /** Width of the model's rows. */
    public static int hidden(ConfigObject config, int absent) {
        return config.count("hidden_size", 1, MOST, absent);
    }

    /** How many tokens the model knows. */
    public static int vocab(ConfigObject config, int absent) {
        return config.count("vocab_size", 1, MOST, absent);
    }

    /** How many blocks the model has. */
    public static int layers(ConfigObject config, int absent) {
        return config.count("num_hidden_layers", 1, MOST_LAYERS, absent);
    }

    /** A number of heads. */
    public static int heads(ConfigObject config, String key, int absent) {
        return config.count(key, 1, MOST_HEADS, absent);
    }

    /** A number of channels. */
    public static int width(ConfigObject config, String key, int absent) {
        return config.count(key, 1, MOST, absent);
    }

    /** The longest sequence that the model was made for; 0 where the config does not say. */
    public static int positions(ConfigObject config, int absent) {
        return config.count("max_position_embeddings", 0, Integer.MAX_VALUE, absent);
    }

    /** What a norm adds to its mean of squares. */
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

    /** Refuses a number of key/value heads that does not divide the query heads. */
    public static void dividesHeads(ConfigObject config, String key, int found, int heads) {
        if (heads % found != 0) {
            throw config.refused(key, "a divisor of " + heads + " heads");
        }
    }

    /** Refuses a number of value heads that is no multiple of the key heads. */
    public static void multipleOfHeads(ConfigObject config, String key, int found, int heads) {
        if (found % heads != 0) {
            throw config.refused(key, "a multiple of " + heads + " key heads");
        }
    }
}

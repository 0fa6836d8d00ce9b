package io.deltarule.models.format.config;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.PositionEncoding;
import java.util.List;

/** Rotary embedding as transformers' configs give it, in an object of its own or, in older ones, key by key. */
public final class RopeConfig {
    private RopeConfig() {}

    /** How many of a head's channels turn, where a part of them does: they turn in pairs, so an odd number is refused. */
    public static int pairs(int head, double part) {
        int channels = (int) (head * part);
        if (channels < 2 || channels % 2 != 0) {
            throw new InvalidInputException(
                    "config.json: channels per head that turn: expected an even number of them but found " + channels
                            + ", which is " + part + " of " + head);
        }
        return channels;
    }

    /**
     * PositionEncoding of attention layers.
     *
     * @param head channels per head
     * @param part which part of them turns where the config does not say
     */
    public static PositionEncoding of(ConfigObject config, int head, double part) {
        double theta = theta(config, 10000);
        ConfigObject rope = config.object("rope_parameters");
        double factor = number(config, rope, "partial_rotary_factor", 0, 1, part);
        return new PositionEncoding.Rotary(pairs(head, factor), theta);
    }

    /**
     * The base alone, where the format says which channels turn.
     *
     * @param absent where the config does not say
     * @throws InvalidInputException if the angles are scaled or otherwise changed
     */
    public static double theta(ConfigObject config, double absent) {
        plainOnly(config, "rope_scaling");
        plainOnly(config, "rope_parameters");
        return number(config, config.object("rope_parameters"), "rope_theta", 1e-3, 1e15, absent);
    }

    private static double number(
            ConfigObject config, ConfigObject rope, String key, double least, double most, double absent) {
        ConfigObject from = rope != null && rope.has(key) ? rope : config;
        return from.number(key, least, most, absent);
    }

    private static void plainOnly(ConfigObject config, String key) {
        ConfigObject rope = config.object(key);
        if (rope != null) {
            for (String type : List.of("rope_type", "type")) {
                rope.choice(type, "default", "default", "mrope"); // For text, mrope turns channels as the default does.
            }
        }
    }
}

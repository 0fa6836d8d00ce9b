package io.deltarule.models.format;

import io.deltarule.models.format.config.ConfigObject;

/**
 * How a model's makers want its tokens chosen, as {@code generation_config.json} says; null where it does not say.
 *
 * @param drawn {@code do_sample}: tokens are drawn; otherwise the likeliest is taken, as it is where the file does not say
 * @param temperature 0 for the likeliest
 * @param topK how many of the likeliest, 0 for all
 * @param topP what the likeliest have to reach together
 * @param minP how likely a token has to be, as a share of the likeliest one's probability
 * @param repetitionPenalty on ids that were there, 1 for none
 * @param presencePenalty on ids that were made, 0 for none
 */
public record GenerationDefaults(
        boolean drawn,
        Double temperature,
        Integer topK,
        Double topP,
        Double minP,
        Double repetitionPenalty,
        Double presencePenalty) {
    /** Of a model that says nothing. */
    public static final GenerationDefaults NONE = new GenerationDefaults(false, null, null, null, null, null, null);

    private static final double LARGEST = 1e6;
    private static final double LEAST = 1e-6;

    static GenerationDefaults of(ConfigObject config) {
        return new GenerationDefaults(
                config.flag("do_sample", false),
                number(config, "temperature", 0, LARGEST),
                config.has("top_k") ? (Integer) Math.max(0, config.count("top_k", -1, Integer.MAX_VALUE, 0)) : null,
                number(config, "top_p", LEAST, 1),
                number(config, "min_p", 0, 1),
                number(config, "repetition_penalty", LEAST, LARGEST),
                number(config, "presence_penalty", -LARGEST, LARGEST));
    }

    private static Double number(ConfigObject config, String key, double least, double most) {
        return config.has(key) ? (Double) config.number(key, least, most, 0) : null;
    }
}

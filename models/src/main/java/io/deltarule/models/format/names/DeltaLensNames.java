package io.deltarule.models.format.names;

import io.deltarule.core.InvalidInputException;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.MessageText;
import io.deltarule.models.format.weights.TensorNames;
import io.deltarule.models.format.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * DeltaLens' names: this library's own, or those that the config's {@code tensor_names} gives for them, each weight whole or
 * as two factors, W = B A.
 *
 * <pre>
 *   "tensor_names": {"model.layers.{i}.attn.q_proj.weight": "blocks.{i}.q.weight", …}       {i} stands for any number
 *   "factor_names": ["{name}.B", "{name}.A"]       {name} is a tensor's name without ".weight"; these are the default
 * </pre>
 *
 * @param renamed this library's name to the file's
 * @param b pattern of the name of B
 * @param a pattern of the name of A
 * @param tied whether the head uses the embedding's weight
 */
public record DeltaLensNames(Map<String, String> renamed, String b, String a, boolean tied) implements TensorNames {
    private static final Pattern NUMBER = Pattern.compile("(?<=\\.)\\d+(?=\\.)");
    private static final String ANY = "{i}";
    private static final String NAME = "{name}";
    private static final String SUFFIX = ".weight";

    public static DeltaLensNames of(ConfigObject config, boolean tied) {
        List<String> factors = config.texts("factor_names");
        if (factors == null) {
            factors = List.of(NAME + ".B", NAME + ".A");
        }
        if (factors.size() != 2 || factors.stream().anyMatch(f -> !f.contains(NAME))) {
            throw config.refused("factor_names", "two names with " + NAME + " in them, of B and of A, for W = B A,");
        }
        Map<String, String> renamed = config.textMap("tensor_names");
        renamed.forEach((own, file) -> {
            if (own.contains(ANY) != file.contains(ANY)) {
                throw new InvalidInputException(
                        "config.json: tensor_names: expected " + ANY + " on both sides or on neither but found "
                                + MessageText.text(own) + ": " + MessageText.text(file));
            }
        });
        return new DeltaLensNames(renamed, factors.get(0), factors.get(1), tied);
    }

    @Override
    public List<WeightSource> sources(String weight, int[] dims) {
        String name = fileName(weight);
        int[] shape = name.endsWith("conv1d.weight") ? new int[] {dims[0], 1, dims[1]} : dims;
        List<WeightSource> sources = new ArrayList<>();
        sources.add(WeightSource.of(name, shape));
        if (dims.length == 2) {
            String stem = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
            sources.add(new WeightSource.Product(b.replace(NAME, stem), a.replace(NAME, stem)));
        }
        return sources;
    }

    private String fileName(String weight) {
        if (renamed.containsKey(weight)) {
            return renamed.get(weight);
        }
        Matcher number = NUMBER.matcher(weight);
        if (number.find()) {
            String pattern = weight.substring(0, number.start()) + ANY + weight.substring(number.end());
            if (renamed.containsKey(pattern)) {
                return renamed.get(pattern).replace(ANY, number.group());
            }
        }
        return weight;
    }

    @Override
    public String ignored(String name) {
        return tied && name.equals(renamed.getOrDefault(HEAD, HEAD)) ? TIED_HEAD : null;
    }
}

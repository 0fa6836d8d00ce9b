package io.deltarule.models.format;

import io.deltarule.core.InvalidInputException;
import io.deltarule.loader.SafetensorsException;
import io.deltarule.loader.SafetensorsFolder;
import io.deltarule.loader.TensorInfo;
import io.deltarule.models.format.config.ConfigObject;
import io.deltarule.models.format.config.MessageText;
import io.deltarule.models.format.family.ModelFormat;
import io.deltarule.models.format.family.ModelPrograms;
import io.deltarule.models.format.weights.StoredTensors;
import io.deltarule.models.format.weights.WeightSource;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is said of a {@code model_type} that no format has. New names for what is known turn up: where a folder's tensors are called
 * as those of a known type, that type is named.
 */
final class UnknownType {
    private static final Pattern NUMBER = Pattern.compile("(?<=\\.)\\d+(?=\\.)");

    /** How much of a type's weights a folder must have, and of a folder's tensors the type must know. */
    private static final double ALIKE = 0.8;

    /** Types that are known by name and that nothing here computes, with the reason. */
    private static final Map<String, String> KNOWN =
            Map.of("qwen4_exp", "its hyper-connections, n-gram embeddings and sparse attention are not supported");

    /** The key of configs that have the text model's inside. */
    private static final String NESTED = "text_config";

    private UnknownType() {}

    /** The refusal of a folder's type. */
    static InvalidInputException refusal(Path folder, ConfigObject config) {
        String type = config.text("model_type", null);
        if (type != null && KNOWN.containsKey(type)) {
            return config.refused(
                    "model_type", "a model that is supported, and of " + type + " " + KNOWN.get(type) + ",");
        }
        InvalidInputException plain = ModelFormat.refusal(config);
        Set<String> like = type == null ? Set.of() : likes(folder, config.has(NESTED));
        return like.isEmpty()
                ? plain
                : new InvalidInputException(plain.getMessage() + "; its tensors are called as those of "
                        + String.join(" and ", like) + ": if it is one under another name, insist with --as "
                        + String.join(" or --as ", like));
    }

    /** The types whose tensors have the same names. */
    private static Set<String> likes(Path folder, boolean nested) {
        Set<String> found;
        try (SafetensorsFolder tensors = SafetensorsFolder.open(folder)) {
            found = tensors.tensors().stream()
                    .map(TensorInfo::name)
                    .map(UnknownType::pattern)
                    .collect(Collectors.toSet());
        } catch (SafetensorsException e) {
            return Set.of(); // a folder without weights has a type all the same
        }
        Set<String> best = new TreeSet<>();
        double most = ALIKE;
        for (String type : ModelTemplates.types()) {
            ConfigObject template = ConfigObject.parse(ModelTemplates.config(type, Map.of()));
            double alike = template.has(NESTED) == nested ? alike(template, found) : 0;
            if (alike > most) {
                best.clear();
                most = alike;
            }
            if (alike >= most) {
                best.add(type);
            }
        }
        return best;
    }

    private static double alike(ConfigObject config, Set<String> found) {
        ModelPrograms programs = ModelFormat.of(config).programs(config, StoredTensors.NOTHING);
        Set<String> needed = new HashSet<>();
        Set<String> missing = new HashSet<>();
        Set<String> used = new HashSet<>();
        programs.weights().forEach((weight, dims) -> {
            needed.add(pattern(weight));
            List<Set<String>> sources = programs.names().sources(weight, dims).stream()
                    .map(WeightSource::names)
                    .map(names -> names.stream().map(UnknownType::pattern).collect(Collectors.toSet()))
                    .toList();
            sources.stream()
                    .filter(found::containsAll)
                    .findFirst()
                    .ifPresentOrElse(used::addAll, () -> missing.add(pattern(weight)));
        });
        double covered = 1 - (double) missing.size() / needed.size();
        return Math.min(covered, (double) used.size() / found.size());
    }

    /** A name without numbers, and without what stands before the layers, or before the last two words. */
    private static String pattern(String name) {
        String any = NUMBER.matcher(name).replaceAll("#");
        int layers = any.indexOf("layers.");
        if (layers >= 0) {
            return any.substring(layers);
        }
        int last = any.lastIndexOf('.');
        int before = last < 0 ? -1 : any.lastIndexOf('.', last - 1);
        return any.substring(before + 1);
    }

    /** A type that is asked for, in place of that of the config. */
    static ConfigObject as(ConfigObject config, String type) {
        ConfigObject other = config.withText("model_type", type);
        if (!ModelFormat.isKnown(other)) {
            throw new InvalidInputException(
                    "--as: expected one of " + ModelFormat.types() + " but found " + MessageText.text(type));
        }
        return other;
    }
}

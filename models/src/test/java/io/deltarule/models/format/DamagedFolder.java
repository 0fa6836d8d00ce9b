package io.deltarule.models.format;

import io.deltarule.core.layer.WeightType;
import java.nio.file.Path;
import java.util.Map;

/** A random folder of which one number is another. */
public final class DamagedFolder {
    private DamagedFolder() {}

    /** Writes a folder of a type's template, F32. */
    public static void write(Path folder, String type, String tensor, long index, float value) {
        RandomModel.write(folder, ModelTemplates.config(type, Map.of()), new RandomModel.Options(WeightType.F32, 2, 1));
        TensorEdit.of(folder.resolve("model.safetensors"))
                .set(tensor, index, value)
                .write();
    }
}

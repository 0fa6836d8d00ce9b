package io.deltarule.cli.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deltarule.cli.option.EngineChoice;
import io.deltarule.cli.output.Json;
import io.deltarule.models.format.ModelFolder;
import io.deltarule.models.format.ModelInfo;
import io.deltarule.models.format.ModelTensor;
import io.deltarule.models.inference.LanguageModel;
import io.deltarule.models.inference.Network;
import java.nio.file.Files;

/**
 * What {@code inspect --json} prints.
 *
 * @param folder the model's
 * @param engine what would run it
 * @param context tokens for which the caches' size is given
 */
record InspectDocument(ModelFolder folder, EngineChoice engine, int context) {
    ObjectNode node() {
        Network network = Network.of(folder);
        ModelInfo info = folder.info();
        ObjectNode document = Json.object()
                .put("model", folder.path().toString())
                .put("model_type", folder.modelType())
                .put("vocabulary", info.vocab())
                .put("hidden", info.hidden())
                .put("layers", info.layers())
                .put("max_positions", info.maxPositions())
                .put("tied_embeddings", info.tiedEmbeddings())
                .put("memory_tokens", info.memoryTokens())
                .put("mixers", InspectCommand.mixers(network))
                .put("parameters", folder.parameters())
                .put("weight_bytes", InspectCommand.weightBytes(folder))
                .put("state_bytes", network.stateBytes())
                .put("context", context)
                .put("cache_bytes", network.cacheBytes(context))
                .put("tokenizer", Files.exists(LanguageModel.tokenizerFile(folder.texts())))
                .put("engine", engine.engine().name())
                .put("device", engine.device())
                .put("fingerprint", folder.fingerprint());
        info.eosIds().forEach(document.putArray("stop_ids")::add);
        ArrayNode list = document.putArray("tensors");
        for (ModelTensor tensor : folder.tensors()) {
            ObjectNode node = list.addObject()
                    .put("name", tensor.name())
                    .put("type", tensor.type())
                    .put("bytes", tensor.byteSize())
                    .put("not_used", folder.ignored().get(tensor.name()));
            ArrayNode shape = node.putArray("shape");
            for (long extent : tensor.shape()) {
                shape.add(extent);
            }
        }
        return document;
    }
}

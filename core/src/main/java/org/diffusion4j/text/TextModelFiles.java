package org.diffusion4j.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.nn.text.TextTransformer;

/** Models of texts from and to their files. */
final class TextModelFiles {

    private static final String CARD = "text.json";
    private static final String WEIGHTS = "text.safetensors";

    private TextModelFiles() {}

    static boolean isOne(Path folder) {
        return Files.exists(folder.resolve(CARD));
    }

    static TextModel read(Path folder) {
        Path file = folder.resolve(CARD);
        if (!Files.exists(file)) {
            throw new FormatException(folder + ": is not the folder of a model of texts, it has no " + CARD
                    + (isOne(folder.resolve("model")) ? "; did you mean " + folder.resolve("model") + "?" : ""));
        }
        TextCard card = TextCard.fromMap(Json.readObject(file), file.toString());
        TextTransformer network = TextModel.networkOf(card);
        Path weights = folder.resolve(WEIGHTS);
        try (PointerScope scope = new PointerScope();
                TensorFile tensors = Safetensors.open(weights)) {
            network.parameters().load(tensors.tensors(), weights.toString());
            return new TextModel(network, card);
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    static void write(TextModel model, Path folder, Tensor average) {
        AtomicFolder.replace(folder, inside -> {
            Json.write(inside.resolve(CARD), model.card().toMap());
            try (CloseGuard.Use use = model.network().parameters().use();
                    PointerScope scope = new PointerScope()) {
                Safetensors.write(
                        inside.resolve(WEIGHTS),
                        model.network().parameters().viewsOf(average),
                        model.recipe().storage().dtype(),
                        Map.of());
            }
        });
    }
}

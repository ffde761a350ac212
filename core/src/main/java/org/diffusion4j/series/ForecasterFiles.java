package org.diffusion4j.series;

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
import org.diffusion4j.nn.series.TimeGradNetwork;

/** Forecasters from and to their files. */
final class ForecasterFiles {

    private static final String CARD = "forecaster.json";
    private static final String WEIGHTS = "forecaster.safetensors";

    private ForecasterFiles() {}

    static boolean isOne(Path folder) {
        return Files.exists(folder.resolve(CARD));
    }

    static Forecaster read(Path folder) {
        Path file = folder.resolve(CARD);
        if (!Files.exists(file)) {
            throw new FormatException(folder + ": is not the folder of a forecaster, it has no " + CARD
                    + (isOne(folder.resolve("model")) ? "; did you mean " + folder.resolve("model") + "?" : ""));
        }
        ForecasterCard card = ForecasterCard.fromMap(Json.readObject(file), file.toString());
        TimeGradNetwork network = Forecaster.networkOf(card);
        Path weights = folder.resolve(WEIGHTS);
        try (PointerScope scope = new PointerScope();
                TensorFile tensors = Safetensors.open(weights)) {
            network.parameters().load(tensors.tensors(), weights.toString());
            return new Forecaster(network, card);
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    static void write(Forecaster forecaster, Path folder, Tensor average) {
        AtomicFolder.replace(folder, inside -> {
            Json.write(inside.resolve(CARD), forecaster.card().toMap());
            try (CloseGuard.Use use = forecaster.network().parameters().use();
                    PointerScope scope = new PointerScope()) {
                Safetensors.write(
                        inside.resolve(WEIGHTS),
                        forecaster.network().parameters().viewsOf(average),
                        Map.of());
            }
        });
    }
}

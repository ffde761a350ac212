package org.diffusion4j.image;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.ModelFolder;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.PictureConfig;
import org.diffusion4j.nn.PictureNetwork;
import org.diffusion4j.nn.score.ScoreNetworks;
import org.diffusion4j.nn.unet.OpenAiNames;
import org.diffusion4j.nn.unet.OpenAiUNetConfig;
import org.diffusion4j.nn.unet.PublishedNames;
import org.diffusion4j.nn.unet.UNet2DConfig;

/** Models of images from and to their files. */
final class ModelFiles {

    private ModelFiles() {}

    /** {@link DiffusionModel#load}. */
    static DiffusionModel read(Path folder) {
        ModelFolder files = ModelFolder.open(folder);
        Object type = files.unetConfig().get("_class_name");
        boolean score = ScoreNetworks.has(type);
        String file = files.unetConfigFile().toString();
        PictureConfig config = score
                ? ScoreNetworks.read(String.valueOf(type), Records.SNAKE_CASE, files.unetConfig(), file)
                : UNet2DConfig.fromMap(files.unetConfig(), file);
        SchedulerConfig scheduler = SchedulerConfig.fromMap(
                files.schedulerConfig(), files.schedulerConfigFile().toString());
        DiffusionModel.forward(scheduler); // refuses before there is a network to free
        ModelCard card = ModelCard.fromMap(files.extras(), files.extrasFile().toString());
        List<String> warnings = Stream.of(
                        warning(
                                files.unetConfigFile(),
                                score ? List.of() : UNet2DConfig.passedOver(files.unetConfig())),
                        warning(files.schedulerConfigFile(), scheduler.passedOver()))
                .flatMap(Optional::stream)
                .toList();
        return new DiffusionModel(
                filled(
                        config,
                        files.weightsFile(),
                        files::openWeights,
                        score ? UnaryOperator.identity() : PublishedNames::present),
                scheduler,
                card,
                warnings);
    }

    private static Optional<String> warning(Path file, List<String> keys) {
        return keys.isEmpty()
                ? Optional.empty()
                : Optional.of(file + ": passed over what is not known: " + String.join(", ", keys));
    }

    /** {@link DiffusionModel#loadOpenAi}. */
    static DiffusionModel readOpenAi(Path weights, OpenAiUNetConfig network, SchedulerConfig scheduler) {
        DiffusionModel.forward(scheduler);
        return new DiffusionModel(
                filled(network.toUNet2D(), weights, () -> NamedTensors.open(weights), new OpenAiNames(network)::ours),
                scheduler,
                ModelCard.EMPTY);
    }

    /** A network with the weights of a file, which may have other names there. */
    private static PictureNetwork filled(
            PictureConfig config,
            Path weights,
            Supplier<NamedTensors> opening,
            UnaryOperator<Map<String, Tensor>> ours) {
        PictureNetwork network = config.newNetwork(0);
        try (PointerScope scope = new PointerScope();
                NamedTensors file = opening.get()) {
            network.parameters().load(ours.apply(file.tensors()), weights.toString());
            return network;
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    /** {@link DiffusionModel#save}. */
    static void write(DiffusionModel model, Path folder, boolean replace) {
        Parameters parameters = model.network().parameters();
        try (CloseGuard.Use use = parameters.use();
                PointerScope scope = new PointerScope()) {
            write(model, folder, parameters.viewsOf(parameters.values()), Map.of(), replace);
        }
    }

    /** {@link DiffusionModel#saveAverage}. */
    static void writeAverage(DiffusionModel model, Path folder, Tensor average, boolean replace) {
        Parameters parameters = model.network().parameters();
        try (CloseGuard.Use use = parameters.use();
                PointerScope scope = new PointerScope()) {
            write(model, folder, parameters.viewsOf(average), parameters.viewsOf(parameters.values()), replace);
        }
    }

    private static void write(
            DiffusionModel model, Path folder, Map<String, Tensor> weights, Map<String, Tensor> raw, boolean replace) {
        ModelFolder.write(
                folder,
                new ModelFolder.Parts(
                        model.network().config().toMap(),
                        weights,
                        raw,
                        model.scheduler().toMap(),
                        model.card().toMap()),
                replace);
    }
}

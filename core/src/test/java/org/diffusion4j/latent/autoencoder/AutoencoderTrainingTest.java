package org.diffusion4j.latent.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.glyphs.Glyphs;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.Json;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.nn.vae.AutoencoderKLConfig;
import org.diffusion4j.nn.vae.DiagonalGaussian;
import org.diffusion4j.train.TrainListener;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The training of an autoencoder")
class AutoencoderTrainingTest {

    @TempDir
    private Path folder;

    private final ImageDataset digits = Glyphs.draw(64, 1);

    static AutoencoderRecipe recipe(int steps) {
        return AutoencoderRecipe.defaults()
                .with(
                        "model.inChannels=1",
                        "model.outChannels=1",
                        "model.blockOutChannels=[8,16]",
                        "model.normNumGroups=4",
                        "model.latentChannels=2",
                        "model.midBlockAddAttention=false",
                        "data.validation=8",
                        "train.batchSize=8",
                        "train.sampleCount=8",
                        "train.steps=" + steps,
                        "train.checkpointEvery=3",
                        "train.validateEvery=3",
                        "train.sampleEvery=3");
    }

    private static double trained(AutoencoderTraining training) {
        try (training) {
            return training.run(new TrainListener() {}).validationLoss();
        }
    }

    @Test
    void learns_and_leaves_a_folder_as_diffusers_has_it() {
        double before = trained(AutoencoderTraining.begin(recipe(1), digits, folder.resolve("a"), false));
        double after = trained(AutoencoderTraining.begin(recipe(60), digits, folder.resolve("b"), false));
        assertThat(after).isLessThan(0.6 * before);
        Map<String, ?> config = Json.readObject(folder.resolve("b/model/config.json"));
        assertThat(config.get("_class_name")).isEqualTo("AutoencoderKL");
        assertThat(AutoencoderKLConfig.fromMap(config, "config"))
                .isEqualTo(recipe(60).model());
        assertThat(folder.resolve("b/model/diffusion_pytorch_model.safetensors"))
                .exists();
        assertThat(folder.resolve("b/samples/step-60.png")).exists();
    }

    @Test
    void goes_on_as_if_it_had_not_been_stopped() throws Exception {
        trained(AutoencoderTraining.begin(recipe(6), digits, folder.resolve("whole"), false));
        trained(AutoencoderTraining.begin(recipe(3), digits, folder.resolve("parts"), false));
        assertThatThrownBy(() -> AutoencoderTraining.resume(
                        folder.resolve("parts"), Glyphs.draw(64, 2), List.of(), warning -> {}))
                .hasMessageContaining("which have changed");
        AutoencoderTraining stopped = AutoencoderTraining.begin(recipe(6), digits, folder.resolve("stopped"), false);
        try (stopped) {
            stopped.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    if (step.step() == 2) {
                        stopped.requestStop();
                    }
                }
            });
        }
        trained(AutoencoderTraining.resume(folder.resolve("stopped"), digits, List.of(), warning -> {}));
        Path weights = Path.of("model", "diffusion_pytorch_model.safetensors");
        assertThat(Files.mismatch(
                        folder.resolve("whole").resolve(weights),
                        folder.resolve("stopped").resolve(weights)))
                .isEqualTo(-1);
    }

    @Test
    void has_the_loss_of_latent_diffusion() {
        try (AutoencoderKL autoencoder = new AutoencoderKL(recipe(1).model(), 3, ScalarType.Double);
                PointerScope scope = new PointerScope()) {
            Tensor x = torch.rand(2, 1, 8, 8)
                    .to(ScalarType.Double)
                    .mul(new Scalar(2))
                    .sub(new Scalar(1));
            Tensor noise = torch.randn(2, 1, 8, 8).to(ScalarType.Double);
            Tensor loss = new AutoencoderLoss(new KlBottleneck(autoencoder, 0.5), null, 0)
                    .of(x, Condition.NONE, new double[2], noise);
            for (int i = 0; i < 2; i++) {
                Tensor one = x.narrow(0, i, 1);
                DiagonalGaussian latents = autoencoder.encode(one);
                Tensor eps = noise.narrow(0, i, 1).flatten().narrow(0, 0, 32).view(1, 2, 4, 4);
                double error = autoencoder
                        .decode(latents.sample(eps))
                        .sub(one)
                        .abs()
                        .sum()
                        .item_double();
                double expected = (error + 0.5 * latents.kl().item_double()) / 64;
                assertThat(loss.select(0, i).item_double()).isCloseTo(expected, within(1e-12));
            }
        }
    }

    @Test
    void says_before_it_begins_what_does_not_fit() {
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> AutoencoderTraining.begin(
                        recipe(1).with("model.inChannels=3", "model.outChannels=3"), digits, run, false))
                .hasMessageContaining("have 1 channels, the autoencoder 3");
        assertThatThrownBy(() -> AutoencoderTraining.begin(
                        recipe(1).with("model.blockOutChannels=[8,8,8,8]"), digits, run, false))
                .hasMessageContaining("28×28, which does not divide by the autoencoder's 8");
        assertThatThrownBy(
                        () -> AutoencoderTraining.begin(recipe(1).with("model.latentChannels=5"), digits, run, false))
                .hasMessageContaining("the latents have 980 values and a picture only 784")
                .hasMessageContaining("take fewer model.latentChannels");
        assertThatThrownBy(() -> recipe(1).with("model.inChannels=3")).hasMessageContaining("must be the same");
        assertThatThrownBy(() -> recipe(1).with("klWeight=-1")).hasMessageContaining("klWeight must be at least 0");
        assertThatThrownBy(() -> recipe(1).with("model.latent=2"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("latent");
        assertThat(run).doesNotExist();
    }
}

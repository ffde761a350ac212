package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.edit.SdEdit;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.SeededMask;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.guide.ClassifierFreeGuidance;
import org.diffusion4j.guide.ClassifierGuidance;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.TimeEmbedding;
import org.diffusion4j.nn.TimeFeatures;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.TimeGrid;
import org.diffusion4j.train.DenoisingLoss;
import org.diffusion4j.train.ObjectiveSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * libtorch's meta device has no memory and refuses to mix with another device: what runs on it has made no tensor in the wrong place.
 * Convolutions, group norms and {@code where} have no such form in C++, so the network here is one of linear layers.
 */
@DisplayName("On another device than the processor")
class MetaDeviceTest {

    private final PointerScope scope = new PointerScope();
    private final LinearNetwork network = new LinearNetwork();
    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private final Denoiser model = new NetworkDenoiser(network, process, new Prediction.Eps());
    private final TimeGrid grid = SampleSettings.ddim(4).grid(process);
    private final SeededNoise noise = new SeededNoise(1, 0);

    @AfterEach
    void close() {
        network.close();
        scope.close();
    }

    /** Those whose next step does not depend on a tensor's values, of which the device has none. */
    static Stream<Samplers.Entry> samplers() {
        return Samplers.all().stream().filter(entry -> !entry.name().matches("dpm-solver-(12|23)|ode"));
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void every_sampler_stays_there(Samplers.Entry entry) {
        requireThere(SampleSettings.of(entry.name(), 4)
                .make()
                .sample(
                        model,
                        SampleSettings.of(entry.name(), 4).grid(process),
                        x(),
                        noise,
                        step -> requireThere(step.x())));
    }

    @Test
    void guidance_and_editing_stay_there() {
        Sampler sampler = SampleSettings.ddim(4).make();
        Denoiser guided = new ClassifierFreeGuidance(model, model, 2);
        requireThere(sampler.sample(guided, grid, x(), noise, SampleListener.NONE));
        Denoiser towards = new ClassifierGuidance(
                model, (x, t) -> x.flatten(1, -1).square().mean(1), 2);
        requireThere(sampler.sample(towards, grid, x(), noise, SampleListener.NONE));
        requireThere(new SdEdit(sampler, 0.5).sample(model, grid, x(), noise, SampleListener.NONE));
        requireThere(SeededMask.like(x(), 0.5, 1, 1));
    }

    @Test
    void a_loss_brings_its_batch_there() {
        network.parameters().enableGradients();
        DenoisingLoss loss = new DenoisingLoss(
                network,
                process,
                new OutputMeaning(new Prediction.Eps(), null),
                ReverseVariance.FIXED_SMALL,
                ObjectiveSettings.simple());
        Tensor onCpu = torch.zeros(2, 1, 4, 4);
        try (AutoGradMode grad = new AutoGradMode(true)) {
            Tensor losses = loss.of(onCpu, Condition.NONE, new double[] {3, 500}, onCpu);
            requireThere(losses);
        }
        requireThere(network.parameters().gradients());
    }

    @Test
    void the_device_tells_a_tensor_in_the_wrong_place() {
        assertThatThrownBy(() -> x().add(torch.zeros(2, 1, 4, 4))).hasMessageContaining("two devices");
    }

    private static Tensor x() {
        return Device.META.place(torch.zeros(2, 1, 4, 4));
    }

    private static void requireThere(Tensor tensor) {
        assertThat(tensor.is_meta()).isTrue();
    }

    /** Linear layers over the pixels, with the embedded time and a table between. */
    private static final class LinearNetwork implements Network {

        private final Parameters parameters = new Parameters();
        private final TimeFeatures features = new TimeFeatures.Sines(8, 1, true);
        private final TimeEmbedding time;
        private final Linear in;
        private final Linear out;
        private final Parameters.Parameter shift;

        LinearNetwork() {
            Parameters.Path root = parameters.root();
            time = new TimeEmbedding(root.to("time"), 8, 8);
            in = new Linear(root.to("in"), 16, 8);
            out = new Linear(root.to("out"), 8, 16);
            shift = root.add("shift", Initialiser.ZEROS, 8);
            parameters.allocate(0, ScalarType.Float);
            parameters.computeIn(new Compute(Device.META, Precision.FLOAT32));
        }

        @Override
        public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
            Tensor embedded =
                    time.apply(features.of(timesteps, ScalarType.Float)).add(shift.value());
            return out.apply(torch.silu(in.apply(x.flatten(1, -1)).add(embedded)))
                    .view_as(x);
        }

        @Override
        public Parameters parameters() {
            return parameters;
        }
    }
}

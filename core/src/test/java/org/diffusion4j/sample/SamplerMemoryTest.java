package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.edit.Inpainting;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.ResidentMemory;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.sample.sigma.Churn;
import org.diffusion4j.sample.sigma.Heun;
import org.diffusion4j.sample.sigma.Kdpm2;
import org.diffusion4j.sample.sigma.OdeInTime;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.TimeGrid;
import org.diffusion4j.train.OneThread;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(OneThread.class) // operations this small only wait for a second one
@DisplayName("After 200 calls of a sampler")
class SamplerMemoryTest {

    private static final long MIB = 1 << 20;
    private static final long[] SHAPE = {1, 1, 256, 256}; // float32: 256 KiB, so one tensor lost a call is 47 MiB
    private static final long ALLOWED = 12 * MIB;

    /** Soon drawn, and without work for the Java heap, which is resident too. */
    private static final NoiseStream NOISE = (address, like) -> torch.randn_like(like);

    static Stream<Arguments> waysToEnd() {
        SampleListener throwing = step -> {
            if (step.index() == 1) {
                throw new IllegalStateException("the listener failed");
            }
        };
        SampleListener cancelling = step -> {
            if (step.index() == 1) {
                throw new CancellationException();
            }
        };
        Stream<Arguments> endings = samplers().entrySet().stream()
                .flatMap(sampler -> Stream.of(
                        Arguments.of(sampler.getKey(), sampler.getValue(), SampleListener.NONE, null),
                        Arguments.of(
                                sampler.getKey() + ", whose listener throws",
                                sampler.getValue(),
                                throwing,
                                IllegalStateException.class)));
        return Stream.concat(
                endings,
                Stream.of(Arguments.of("ddpm, cancelled", new Ddpm(), cancelling, CancellationException.class)));
    }

    /** All that have a name, and what those lack. */
    private static Map<String, Sampler> samplers() {
        Map<String, Sampler> samplers = new LinkedHashMap<>();
        for (Samplers.Entry entry : Samplers.all()) {
            SampleSettings settings = SampleSettings.of(entry.name(), 3);
            samplers.put(entry.name(), settings.make());
            Sampler noisy = settings.withEta(0.5, EtaRule.DEVIATION).make();
            if (!noisy.equals(settings.make())) {
                samplers.put(entry.name() + " with eta", noisy);
            }
        }
        Churn churn = new Churn(1, 0, Double.POSITIVE_INFINITY, 1);
        samplers.put("heun with churn", new Heun(churn));
        samplers.put("kdpm2 with churn", new Kdpm2(churn));
        samplers.put("the ODE in time", new OdeInTime(0.5, churn));
        samplers.put("inpainting", inpainting());
        return samplers;
    }

    private static Sampler inpainting() {
        Tensor zeros = Tensors.of(new double[(int) (SHAPE[2] * SHAPE[3])], SHAPE);
        return new Inpainting(new Ddpm(), zeros, zeros);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waysToEnd")
    void resident_memory_is_where_it_was_after_10(
            String way, Sampler sampler, SampleListener listener, Class<? extends Throwable> expected) {
        Libtorch.start();
        try (StubNetwork network = new StubNetwork()) {
            DiffusionProcess process = sampler instanceof OdeInTime
                    ? new VariancePreserving()
                    : new DiscreteProcess(BetaSchedule.ddpm().table());
            Denoiser model = new Clipped(new NetworkDenoiser(network, process, Prediction.EPS));

            calls(10, sampler, model, listener, expected);
            long grown = ResidentMemory.growth(ALLOWED, () -> calls(190, sampler, model, listener, expected));

            System.out.printf("%s: %d KiB more after 200 calls than after 10%n", way, grown / 1024);
            assertThat(grown).as("growth of resident memory in bytes").isLessThan(ALLOWED);
        }
    }

    private static void calls(
            int count, Sampler sampler, Denoiser model, SampleListener listener, Class<? extends Throwable> expected) {
        for (int i = 0; i < count; i++) {
            call(sampler, model, listener, expected);
        }
    }

    /** As a caller without a scope of its own would: it closes what it made and what it was given, and no more. */
    private static void call(
            Sampler sampler, Denoiser model, SampleListener listener, Class<? extends Throwable> expected) {
        TimeGrid grid = sampler instanceof OdeInTime
                ? TimeGrid.of(new double[] {0.9, 0.5, 0.1}, 0)
                : TimeGrid.ofTimesteps(900, 500, 100);
        Tensor like = torch.empty(SHAPE, new TensorOptions(ScalarType.Float), new MemoryFormatOptional());
        Tensor start = NOISE.draw(NoiseStream.START, like);
        if (expected == null) {
            sampler.sample(model, grid, start, NOISE, listener).close();
        } else {
            assertThatThrownBy(() -> sampler.sample(model, grid, start, NOISE, listener))
                    .isInstanceOf(expected);
        }
        start.close();
        like.close();
    }
}

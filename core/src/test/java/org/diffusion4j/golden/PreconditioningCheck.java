package org.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.process.continuous.Preconditioning;
import org.diffusion4j.sample.Denoiser;

/** EDM's four ways of wrapping a network, around {@code tanh(x)/2 + c_noise/100}. */
final class PreconditioningCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("schedules") && golden.symbol().endsWith("Precond");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        Preconditioning wrapped = wrapped(golden.config());
        DiffusionProcess process = wrapped.process();
        double[] sigmas = golden.input("sigma").values();
        List<double[]> inputs = new ArrayList<>();
        List<double[]> denoised = new ArrayList<>();
        double[] noises = new double[sigmas.length];
        double[] rounded = new double[sigmas.length];
        for (int i = 0; i < sigmas.length; i++) {
            int row = i;
            Denoiser network = new Denoiser() {
                @Override
                public DiffusionProcess process() {
                    return process;
                }

                @Override
                public Denoised at(Tensor x, double t) {
                    NoiseLevel level = NoiseLevel.at(process, t);
                    Tensor input = wrapped.prediction().input(x, level);
                    inputs.add(Comparison.values(input));
                    noises[row] = process.networkTime(t);
                    Tensor output = input.tanh().mul(new Scalar(0.5)).add(new Scalar(0.01 * process.networkTime(t)));
                    return wrapped.prediction().interpret(output, x, level);
                }
            };
            Tensor x = Comparison.tensor(golden.input("x"), ScalarType.Double).select(0, i);
            denoised.add(Comparison.values(
                    network.in(new VarianceExploding()).at(x, sigmas[i]).x0()));
            rounded[i] = golden.config().get("class").asText().equals("iDDPMPrecond")
                    ? process.noiseToSignal(noises[i])
                    : sigmas[i];
        }
        out.expect("network_input", SchedulerReplay.joined(inputs));
        out.expect("denoised", SchedulerReplay.joined(denoised));
        out.expect("c_noise", noises);
        out.expect("rounded_sigma", rounded);
        out.expect("net_sigma_min", wrapped.least());
        out.expect("net_sigma_max", wrapped.most());
        if (golden.expects("u")) {
            int steps = golden.config().get("M").asInt();
            out.expect(
                    "u",
                    IntStream.rangeClosed(0, steps)
                            .mapToDouble(i -> process.noiseToSignal(steps - 1.0 - i))
                            .toArray());
        }
    }

    private static Preconditioning wrapped(JsonNode config) {
        return switch (config.get("class").asText()) {
            case "EDMPrecond" -> {
                assertThat(config.get("sigma_min").asDouble()).isZero();
                assertThat(config.get("sigma_max").asText()).isEqualTo("inf");
                yield Preconditioning.edm(config.get("sigma_data").asDouble());
            }
            case "VEPrecond" ->
                Preconditioning.exploding(
                        config.get("sigma_min").asDouble(),
                        config.get("sigma_max").asDouble());
            case "VPPrecond" -> {
                VariancePreserving process = new VariancePreserving(
                        config.get("beta_min").asDouble(), config.get("beta_d").asDouble());
                assertThat(config.get("epsilon_t").asDouble()).isEqualTo(process.firstTime());
                yield Preconditioning.preserving(process, config.get("M").asInt());
            }
            default -> {
                assertThat(config.get("C_1").asDouble())
                        .as("1 less the largest beta")
                        .isEqualTo(0.001);
                assertThat(config.get("C_2").asDouble())
                        .as("the cosine's offset")
                        .isEqualTo(0.008);
                yield Preconditioning.iddpm(config.get("M").asInt());
            }
        };
    }
}

package org.diffusion4j.nn.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.engine.WeightsException;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.unet.EncoderPool;
import org.diffusion4j.nn.unet.EncoderUNet;
import org.diffusion4j.nn.unet.OpenAiUNetConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Networks of score models")
class ScoreNetworksTest {

    private static final ScoreUNetConfig TINY =
            ScoreUNetConfig.ncsnpp(8, 1, 8, List.of(1, 2)).withLayersPerBlock(1).withAttentionSizes(List.of(4));
    private static final RefineNetConfig REFINE = new RefineNetConfig(
            RefineNetKind.NCSNV2,
            8,
            1,
            2,
            RefineNetConfig.Nonlinearity.ELU,
            true,
            new ScoreUNetConfig.Levels(1, 0.01, 5),
            false);

    private PointerScope scope;

    @BeforeEach
    void open() {
        Libtorch.start();
        scope = new PointerScope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void a_new_network_answers_zero() {
        try (ScoreUNet network = new ScoreUNet(TINY, 1)) {
            Tensor y = network.forward(ramp(2, 8), Tensors.of(new double[] {3, 0.5}), Condition.NONE);
            assertThat(Comparison.values(y)).hasSize(128).containsOnly(0);
        }
    }

    @Test
    void is_read_under_the_names_of_score_sde_and_says_which_it_does_not_know() {
        try (ScoreUNet network = new ScoreUNet(TINY, 1)) {
            ScoreSdeNames names = new ScoreSdeNames(TINY);
            Map<String, Tensor> ours = names.ours(
                    Map.of("module.all_modules.1.bias", ramp(1, 2), "sigmas", ramp(1, 2), "foo.weight", ramp(1, 2)));
            assertThat(ours).containsOnlyKeys("time_embedding.linear_1.bias", "foo.weight");
            assertThatThrownBy(() -> network.parameters().load(ours, "x.pth"))
                    .isInstanceOf(WeightsException.class)
                    .hasMessageStartingWith("x.pth: tensor 'noise_features.weight' is missing");
        }
    }

    @Test
    void refuses_what_cannot_be() {
        assertThatThrownBy(() -> TINY.withFir(false))
                .hasMessage("inputPath residual needs the filter (1, 3, 3, 1): set fir, or inputPath none");
        assertThatThrownBy(() -> TINY.withSampleSize(7))
                .hasMessage("sampleSize 7 cannot be halved 1 times; take fewer multipliers or another size");
        assertThatThrownBy(() -> ScoreSdeNames.config(Map.of("name", "unet"), Map.of(), "config"))
                .hasMessage("config: name must be ncsnpp or ddpm, was 'unet'");
        assertThatThrownBy(() -> EdmNames.song(Map.of("embedding_type", "fourier"), "config"))
                .hasMessageContaining("channel_mult_noise must be 1 with embedding_type positional and 2 with fourier");
        try (ScoreUNet network = new ScoreUNet(TINY, 1)) {
            Tensor t = Tensors.of(new double[] {1});
            assertThatThrownBy(() -> network.forward(ramp(1, 7), t, Condition.NONE))
                    .hasMessage("the network needs a height and width that 2 divides, was given 7×7");
            assertThatThrownBy(() -> network.forward(ramp(1, 8), t, Condition.ofClasses(Tensors.of(new long[] {1}))))
                    .hasMessage("the network has no classes, but labels were given");
        }
        try (RefineNet network = new RefineNet(REFINE, 1)) {
            assertThatThrownBy(() -> network.forward(ramp(1, 8), Tensors.of(new double[] {5}), Condition.NONE))
                    .hasMessage("noise levels have the indices 0 to 4, was 5");
        }
        OpenAiUNetConfig adm = OpenAiUNetConfig.fromMap(
                Map.of("in_channels", 1, "model_channels", 32, "out_channels", 3, "channel_mult", List.of(1, 1)),
                "config");
        assertThatThrownBy(() -> new EncoderUNet(adm, EncoderPool.ATTENTION, 0).close())
                .hasMessageStartingWith("the pool 'attention' needs image_size and num_head_channels");
    }

    @Test
    void eps_is_the_score_times_minus_sigma() {
        for (RefineNetKind kind : List.of(RefineNetKind.NCSN, RefineNetKind.NCSNV2)) {
            RefineNetConfig config = REFINE.withKind(kind);
            try (RefineNet ofScore = new RefineNet(config, 1);
                    RefineNet ofEps = new RefineNet(config.withPredictsEps(true), 1)) {
                Tensor levels = Tensors.of(new double[] {0, 4, 2});
                double[] sigmas = config.levels().sigmas();
                Tensor sigma = Tensors.of(new double[] {sigmas[0], sigmas[4], sigmas[2]})
                        .view(3, 1, 1, 1);
                Tensor expected = ofScore.forward(ramp(3, 8), levels, Condition.NONE)
                        .mul(sigma)
                        .neg();
                Tensor eps = ofEps.forward(ramp(3, 8), levels, Condition.NONE);
                assertThat(Comparison.values(eps)).containsExactly(Comparison.values(expected), within(1e-5));
            }
        }
    }

    @Test
    void a_sample_does_not_depend_on_its_batch() {
        try (RefineNet network = new RefineNet(REFINE, 1)) {
            Tensor x = ramp(3, 8);
            Tensor levels = Tensors.of(new double[] {0, 4, 2});
            Tensor all = network.forward(x, levels, Condition.NONE);
            Tensor last = network.forward(x.narrow(0, 2, 1), levels.narrow(0, 2, 1), Condition.NONE);
            double[] difference = Comparison.values(all.narrow(0, 2, 1).sub(last));
            double largest = all.narrow(0, 2, 1).abs().max().item_double();
            assertThat(largest).isPositive();
            double tolerance = 1e-5 * largest; // some 80 float32 eps
            assertThat(difference).containsExactly(new double[64], within(tolerance));
        }
    }

    private static Tensor ramp(int batch, int size) {
        return torch.linspace(new Scalar(-1.0), new Scalar(1.0), (long) batch * size * size)
                .view(batch, 1, size, size);
    }
}

package org.diffusion4j.nn.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.unet.PublishedNames;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Autoencoders")
class AutoencoderTest {

    private static final Map<String, Object> TINY = Map.of(
            "block_out_channels", List.of(4, 8),
            "down_block_types", List.of("DownEncoderBlock2D", "DownEncoderBlock2D"),
            "up_block_types", List.of("UpDecoderBlock2D", "UpDecoderBlock2D"),
            "norm_num_groups", 2);

    private final PointerScope scope = new PointerScope();

    @AfterEach
    void free() {
        scope.close();
    }

    private static AutoencoderKLConfig tiny() {
        return AutoencoderKLConfig.fromMap(TINY, "config.json");
    }

    private static Tensor ramp(long... shape) {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = Math.sin(i);
        }
        return Tensors.of(values, shape);
    }

    @Test
    void read_attention_under_the_names_of_before_2023() {
        try (AutoencoderKL first = new AutoencoderKL(tiny(), 1, ScalarType.Double);
                AutoencoderKL second = new AutoencoderKL(tiny(), 2, ScalarType.Double)) {
            Map<String, Tensor> old = new LinkedHashMap<>();
            first.parameters()
                    .viewsOf(first.parameters().values())
                    .forEach((name, tensor) -> old.put(
                            name.replace("to_q", "query")
                                    .replace("to_k", "key")
                                    .replace("to_v", "value")
                                    .replace("to_out.0", "proj_attn"),
                            tensor));
            assertThat(old).containsKey("encoder.mid_block.attentions.0.proj_attn.weight");
            second.parameters().load(PublishedNames.present(old), "old");
            assertThat(second.parameters().values().equal(first.parameters().values()))
                    .isTrue();
        }
    }

    @Test
    void scale_latents_by_channel_and_back() {
        Map<String, List<Double>> moments =
                Map.of("latents_mean", List.of(0.0, 1.0, 2.0, 3.0), "latents_std", List.of(1.0, 2.0, 4.0, 8.0));
        try (AutoencoderKL vae =
                new AutoencoderKL(tiny().with(moments).with(Map.of("scaling_factor", 0.5)), 0, ScalarType.Double)) {
            Tensor latents = Tensors.of(new double[] {4, 5, 6, 7}, 1, 4, 1, 1);
            Tensor scaled = vae.scaled(latents);
            assertThat(Tensors.toArray(scaled)).containsExactly(2, 1, 0.5, 0.25);
            assertThat(Tensors.toArray(vae.unscaled(scaled))).containsExactly(4, 5, 6, 7);
        }
        try (AutoencoderKL vae = new AutoencoderKL(
                tiny().with(Map.of("scaling_factor", 0.5, "shift_factor", 1.0)), 0, ScalarType.Double)) {
            assertThat(Tensors.toArray(vae.scaled(Tensors.of(new double[] {5}, 1, 1, 1, 1))))
                    .containsExactly(2);
        }
    }

    @Test
    void clamp_the_logarithm_of_a_variance() {
        DiagonalGaussian posterior = DiagonalGaussian.ofMoments(Tensors.of(new double[] {0, 0, -100, 100}, 1, 4, 1, 1));
        assertThat(Tensors.toArray(posterior.logVariance())).containsExactly(-30, 20);
    }

    @Test
    void send_the_gradient_of_rows_straight_to_latents_and_draw_rows_to_latents_four_times_as_much_as_back() {
        VQModelConfig config = VQModelConfig.fromMap(
                Map.of("block_out_channels", List.of(4), "norm_num_groups", 2, "num_vq_embeddings", 2), "config.json");
        try (VQModel model = new VQModel(config, 0, ScalarType.Double)) {
            model.parameters().enableGradients();
            Tensor latents = ramp(1, 3, 2, 2).requires_grad_(true);
            Tensor weight = ramp(1, 3, 2, 2).add(latents.detach());
            model.quantize(latents).values().mul(weight).sum().backward();
            assertThat(Tensors.toArray(latents.grad())).containsExactly(Tensors.toArray(weight));

            latents.mutable_grad().zero_();
            model.quantize(latents).loss(0.25).backward();
            Tensor rows = model.parameters().get("quantize.embedding.weight").value();
            double[] towards = Tensors.toArray(rows.grad().sum());
            double[] back = Tensors.toArray(latents.grad().sum());
            assertThat(towards[0]).isNotZero().isCloseTo(-4 * back[0], within(1e-12));
        }
    }

    @Test
    void know_how_much_of_the_codebook_is_used() {
        assertThat(quantized(0, 0, 1, 1).perplexity()).isCloseTo(2, within(1e-12));
        assertThat(quantized(5, 5, 5, 5).perplexity()).isCloseTo(1, within(1e-12));
        double entropy = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
        assertThat(quantized(3, 3, 7, 3).perplexity()).isCloseTo(Math.exp(entropy), within(1e-12));
    }

    private static VQModel.Quantized quantized(long... indices) {
        Tensor none = ramp(1);
        return new VQModel.Quantized(none, Tensors.of(indices).view(1, 2, 2), none, none);
    }

    @Test
    void refuse_what_they_cannot_follow() {
        assertThatThrownBy(() -> tiny().with(Map.of("latent_chanels", 4)))
                .hasMessageContaining("'latent_chanels' is not known")
                .hasMessageContaining("latent_channels");
        assertThatThrownBy(() -> AutoencoderKLConfig.fromMap(
                        Map.of("down_block_types", List.of("AttnDownEncoderBlock2D")), "vae/config.json"))
                .hasMessage("vae/config.json: 'down_block_types' is [AttnDownEncoderBlock2D]; for 1 levels only"
                        + " [DownEncoderBlock2D] is supported");
        assertThatThrownBy(() -> tiny().with(Map.of("norm_num_groups", 3)))
                .hasMessageContaining("norm_num_groups 3 does not divide block_out_channels 4");
        assertThatThrownBy(() -> tiny().with(Map.of("latents_mean", List.of(1.0))))
                .hasMessageContaining("a number for each of the 4 latent channels");
        assertThatThrownBy(() -> VQModelConfig.fromMap(Map.of("norm_type", "spatial"), "vqvae/config.json"))
                .hasMessage("vqvae/config.json: 'norm_type' is spatial; only group is supported");
        try (AutoencoderKL vae = new AutoencoderKL(tiny(), 0, ScalarType.Double)) {
            assertThatThrownBy(() -> vae.encode(ramp(1, 3, 4, 5)))
                    .hasMessage(
                            "width 5 does not divide by 2, as the autoencoder needs; the nearest that do are 4 and 6");
            assertThatThrownBy(() -> vae.decode(ramp(1, 3, 4, 4)))
                    .hasMessage("the autoencoder needs latents of [batch, 4, height, width], was given [1, 3, 4, 4]");
        }
    }
}

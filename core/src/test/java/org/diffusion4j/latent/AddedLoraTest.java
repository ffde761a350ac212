package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.engine.WeightsException;
import org.diffusion4j.golden.GoldenCases;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A LoRA that is added to a model")
class AddedLoraTest {

    private static final Path XL = GoldenCases.find("folders/tiny_sdxl");
    private static final Path FOR_XL = GoldenCases.find("lora/files/kohya_sdxl.safetensors");
    private static final Path FOR_1 = GoldenCases.find("lora/files/peft_metadata_alpha.safetensors");
    private static final String CHANGED = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight";

    private static double[] weights(LatentModel model) {
        return Tensors.toArray(model.network().parameters().get(CHANGED).value());
    }

    private static double[] text(LatentModel model) {
        return Tensors.toArray(model.encoder()
                .parts()
                .get("text_encoder_2")
                .tower()
                .parameters()
                .get("text_model.encoder.layers.0.self_attn.q_proj.weight")
                .value());
    }

    @Test
    void changes_text_encoders_and_network_by_its_scale_and_is_taken_away_by_the_opposite() {
        try (LatentModel model = LatentModel.load(XL)) {
            double[] before = weights(model);
            double[] text = text(model);
            model.add(new AddedLora(FOR_XL, 0));
            assertThat(weights(model)).containsExactly(before);
            model.add(new AddedLora(FOR_XL, 0.5));
            double[] half = weights(model);
            model.add(new AddedLora(FOR_XL, 0.5));
            double[] whole = weights(model);
            assertThat(text(model)).isNotEqualTo(text);
            model.add(new AddedLora(FOR_XL, -1));
            double[] back = weights(model);
            double largest = 0;
            for (int i = 0; i < before.length; i++) {
                assertThat(whole[i] - half[i]).isCloseTo(half[i] - before[i], within(1e-6)); // float32
                assertThat(back[i]).isCloseTo(before[i], within(1e-6));
                largest = Math.max(largest, Math.abs(whole[i] - before[i]));
            }
            assertThat(largest).isGreaterThan(0.01);
        }
    }

    @Test
    void is_rounded_once_where_weights_are_kept_in_16_bits() {
        try (LatentModel exact = LatentModel.load(XL);
                LatentModel low = LatentModel.load(XL, Compute.on(Precision.BFLOAT16))) {
            exact.add(new AddedLora(FOR_XL, 0.8));
            low.add(new AddedLora(FOR_XL, 0.8));
            double[] wanted = weights(exact);
            double[] found = weights(low);
            for (int i = 0; i < wanted.length; i++) {
                double before = 1; // of the order of these weights, which were rounded when they were read
                assertThat(found[i]).isCloseTo(wanted[i], within(0x1p-7 * Math.max(before, Math.abs(wanted[i]))));
            }
        }
    }

    @Test
    void of_another_model_is_refused_by_its_layers_and_changes_nothing() {
        try (LatentModel model = LatentModel.load(XL)) {
            double[] before = weights(model);
            assertThatThrownBy(() -> model.add(new AddedLora(FOR_1, 1)))
                    .isInstanceOf(WeightsException.class)
                    .hasMessageContaining("does not fit this model")
                    .hasMessageContaining("unet/");
            assertThat(weights(model)).containsExactly(before);
        }
    }

    @Test
    void is_written_as_a_file_and_its_scale() {
        assertThat(AddedLora.of("a/style.safetensors:0.8"))
                .isEqualTo(new AddedLora(Path.of("a/style.safetensors"), 0.8));
        assertThat(AddedLora.of("style:-1")).isEqualTo(new AddedLora(Path.of("style"), -1));
        assertThat(AddedLora.of("style.safetensors").scale()).isEqualTo(1);
        assertThat(AddedLora.of("c:style.safetensors")).isEqualTo(new AddedLora(Path.of("c:style.safetensors"), 1));
    }
}

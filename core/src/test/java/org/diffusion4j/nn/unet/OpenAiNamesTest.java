package org.diffusion4j.nn.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Tensors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Names of OpenAI's U-Nets")
class OpenAiNamesTest {

    private static final Map<String, ?> SMALL = Map.of(
            "model_channels", 32, "channel_mult", List.of(1, 2), "attention_resolutions", List.of(2), "num_heads", 2);

    @Test
    void become_ours_by_level_and_stay_where_they_are_not_known() {
        OpenAiNames names = new OpenAiNames(config("resblock_updown", false));
        assertThat(names.ours("input_blocks.3.0.op.weight")).isEqualTo("down_blocks.0.downsamplers.0.conv.weight");
        assertThat(names.ours("input_blocks.4.0.skip_connection.bias"))
                .isEqualTo("down_blocks.1.resnets.0.conv_shortcut.bias");
        assertThat(names.ours("output_blocks.2.2.conv.weight")).isEqualTo("up_blocks.0.upsamplers.0.conv.weight");
        assertThat(names.ours("output_blocks.5.0.emb_layers.1.weight"))
                .isEqualTo("up_blocks.1.resnets.2.time_emb_proj.weight");
        assertThat(names.ours("ema.decay")).isEqualTo("ema.decay");
    }

    @Test
    void take_queries_keys_and_values_out_of_each_head_or_out_of_all() {
        try (PointerScope scope = new PointerScope()) {
            Tensor bias = Tensors.of(new double[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}); // 2 heads of width 2
            assertThat(queries("use_new_attention_order", false, bias)).containsExactly(0, 1, 6, 7);
            assertThat(queries("use_new_attention_order", true, bias)).containsExactly(0, 1, 2, 3);
        }
    }

    @Test
    void of_settings_that_no_network_here_has_are_refused() {
        assertThatThrownBy(() -> OpenAiUNetConfig.fromMap(Map.of("dims", 1), "flags.json"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("flags.json")
                .hasMessageContaining("dims must be 2, for images, was 1");
        assertThatThrownBy(() -> OpenAiUNetConfig.fromMap(Map.of("channel_mult", List.of(2, 4)), "flags.json"))
                .hasMessageContaining("channel_mult must begin with 1");
    }

    private static double[] queries(String key, boolean value, Tensor bias) {
        Tensor queries = new OpenAiNames(config(key, value))
                .ours(Map.of("middle_block.1.qkv.bias", bias))
                .get("mid_block.attentions.0.to_q.bias");
        double[] values = new double[4];
        queries.contiguous().<java.nio.DoubleBuffer>createBuffer().get(values);
        return values;
    }

    private static OpenAiUNetConfig config(String key, boolean value) {
        Map<String, Object> arguments = new java.util.HashMap<>(SMALL);
        arguments.put(key, value);
        return OpenAiUNetConfig.fromMap(arguments, "test");
    }
}

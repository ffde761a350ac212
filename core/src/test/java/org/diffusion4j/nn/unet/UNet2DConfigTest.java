package org.diffusion4j.nn.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.diffusion4j.engine.FormatException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The U-Net's configuration")
class UNet2DConfigTest {

    /** {@code unet/config.json} of a small folder as diffusers 0.40 writes it, without the two keys that begin with _. */
    private static Map<String, Object> published() {
        Map<String, Object> map = new HashMap<>();
        map.put("act_fn", "silu");
        map.put("add_attention", true);
        map.put("attention_head_dim", 4);
        map.put("attn_norm_num_groups", null);
        map.put("block_out_channels", List.of(4, 8));
        map.put("center_input_sample", false);
        map.put("class_embed_type", null);
        map.put("down_block_types", List.of("DownBlock2D", "AttnDownBlock2D"));
        map.put("downsample_padding", 1);
        map.put("downsample_type", "conv");
        map.put("dropout", 0.0);
        map.put("flip_sin_to_cos", true);
        map.put("freq_shift", 0);
        map.put("in_channels", 3);
        map.put("layers_per_block", 1);
        map.put("mid_block_scale_factor", 1.0);
        map.put("mid_block_type", "UNetMidBlock2D");
        map.put("norm_eps", 1e-05);
        map.put("norm_num_groups", 2);
        map.put("num_class_embeds", null);
        map.put("num_train_timesteps", null);
        map.put("out_channels", 3);
        map.put("resnet_time_scale_shift", "default");
        map.put("sample_size", 8);
        map.put("time_embedding_dim", null);
        map.put("time_embedding_type", "positional");
        map.put("up_block_types", List.of("AttnUpBlock2D", "UpBlock2D"));
        map.put("upsample_type", "conv");
        return map;
    }

    @Test
    void goes_through_the_keys_of_diffusers_and_back() {
        assertThat(UNet2DConfig.fromMap(published(), "config.json").toMap()).isEqualTo(published());
    }

    @Test
    void takes_diffusers_defaults_for_missing_keys_and_ignores_keys_that_begin_with_an_underscore() {
        assertThat(UNet2DConfig.fromMap(Map.of("_class_name", "UNet2DModel"), "config.json"))
                .isEqualTo(UNet2DConfig.defaults());
    }

    @Test
    void keeps_one_side_two_sides_or_none_of_the_sample() {
        UNet2DConfig small = UNet2DConfig.fromMap(published(), "config.json");

        assertThat(small.sampleSize()).containsExactly(8);
        assertThat(small.with(Map.of("sample_size", List.of(12, 20))).toMap())
                .containsEntry("sample_size", List.of(12, 20));
        assertThat(UNet2DConfig.defaults().toMap()).containsEntry("sample_size", null);
    }

    @Test
    void passes_over_an_unknown_key_and_names_it_and_the_one_that_was_meant() {
        Map<String, Object> keys = new TreeMap<>(published());
        keys.putAll(Map.of("block_out_chanels", List.of(4), "inv_gamma", 1.0, "_name_or_path", "x"));
        assertThat(UNet2DConfig.fromMap(keys, "")).isEqualTo(UNet2DConfig.fromMap(published(), ""));
        assertThat(UNet2DConfig.passedOver(keys))
                .containsExactly("block_out_chanels (did you mean block_out_channels?)", "inv_gamma");
    }

    @Test
    void refuses_a_value_of_the_wrong_type() {
        assertRefused("in_channels", "three", "'in_channels' must be an integer, was the text three");
        assertRefused("in_channels", 1.5, "'in_channels' must be an integer, was 1.5");
        assertRefused("flip_sin_to_cos", 1, "'flip_sin_to_cos' must be true or false, was 1");
        assertRefused("act_fn", 1, "'act_fn' must be a text, was 1");
        assertRefused("act_fn", null, "'act_fn' must be a text, was null");
    }

    @Test
    void refuses_values_without_meaning() {
        assertRefused("dropout", 1, "dropout must lie in [0, 1), was 1.0");
        assertRefused("layers_per_block", 0, "layers_per_block must be at least 1, was 0");
        assertRefused(
                "act_fn",
                "sillu",
                "'act_fn': there is no act_fn 'sillu'; did you mean 'silu'? known are: gelu, mish, relu, silu, swish");
        assertRefused(
                "up_block_types",
                List.of("UpBlock2D"),
                "block_out_channels, down_block_types and up_block_types must be of equal length, were of 2, 2 and 1");
        assertRefused("time_embedding_type", "learned", "time_embedding_type 'learned' needs num_train_timesteps");
    }

    @Test
    void refuses_sizes_that_the_levels_do_not_divide_and_names_the_nearest_that_they_do() {
        assertRefused(
                "sample_size",
                29,
                "sample_size 29 does not divide by 2, as the 2 levels of the network need; the nearest that do are 28 and 30");
    }

    @Test
    void refuses_groups_that_do_not_divide_the_channels_and_names_the_nearest_that_do() {
        assertRefused(
                "norm_num_groups",
                3,
                "norm_num_groups 3 does not divide block_out_channels [4, 8]; the nearest that do are 2 and 4");
    }

    private static void assertRefused(String key, Object value, String message) {
        Map<String, Object> changed = new HashMap<>();
        changed.put(key, value);
        assertThatThrownBy(() -> UNet2DConfig.fromMap(published(), "").with(changed))
                .isInstanceOf(FormatException.class)
                .hasMessage("changes: " + message);
    }

    @ParameterizedTest
    @CsvSource({
        "layers_per_block, 1000000000, 256",
        "block_out_channels, 1000000000, 65536",
        "in_channels, 1000000000, 65536",
        "time_embedding_dim, 1000000000, 65536",
        "num_class_embeds, 1000000000, 10000000",
        "num_train_timesteps, 1000000000, 10000000",
        "sample_size, 100000, 16384"
    })
    void refuses_absurd_figures_by_name(String key, int value, int most) {
        Map<String, Object> levels = Map.of(
                "block_out_channels", List.of(32),
                "down_block_types", List.of("DownBlock2D"),
                "up_block_types", List.of("UpBlock2D"));
        UNet2DConfig one = UNet2DConfig.defaults().with(levels);
        assertThatThrownBy(() -> one.with(Map.of(key, value)))
                .hasMessageEndingWith(key + " must be at most " + most + ", was " + value);
    }
}

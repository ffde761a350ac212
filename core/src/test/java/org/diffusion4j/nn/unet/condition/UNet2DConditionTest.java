package org.diffusion4j.nn.unet.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.io.Json;
import org.diffusion4j.nn.Condition;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The U-Net that sees a text")
class UNet2DConditionTest {

    private static final UNet2DConditionConfig SMALL = UNet2DConditionConfig.defaults()
            .with(Map.of(
                    "block_out_channels", List.of(8, 16),
                    "down_block_types", List.of("CrossAttnDownBlock2D", "DownBlock2D"),
                    "up_block_types", List.of("UpBlock2D", "CrossAttnUpBlock2D"),
                    "norm_num_groups", 4,
                    "cross_attention_dim", 6,
                    "attention_head_dim", 2,
                    "layers_per_block", 1));

    @ParameterizedTest
    @ValueSource(strings = {"sd15", "sd21", "sdxl"})
    void has_the_names_and_shapes_of_published_checkpoints(String name) throws Exception {
        Path file = GoldenCases.roots()
                .get(GoldenCases.roots().size() - 1)
                .resolve("published_names/single-file-" + name + ".json");
        Assumptions.assumeTrue(Files.exists(file), "names of all single files are not in the sources");
        Map<String, Object> published = Json.readObject(file);
        Map<?, ?> inputs = (Map<?, ?>) published.get("inputs");
        List<?> shapes = (List<?>) inputs.get("shapes");
        List<?> table = (List<?>) inputs.get("shape_table");
        List<?> targets = (List<?>) ((Map<?, ?>) published.get("expected")).get("target_names");
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < targets.size(); i++) {
            if (targets.get(i) instanceof String target && target.startsWith("unet/")) {
                expected.put(
                        target.substring("unet/".length()),
                        String.valueOf(table.get(((Number) shapes.get(i)).intValue())));
            }
        }
        @SuppressWarnings("unchecked")
        Map<String, Object> config = (Map<String, Object>) ((Map<?, ?>) published.get("config")).get("unet");
        assertThat(new TreeMap<>(UNet2DConditionCheck.shapes(UNet2DConditionConfig.fromMap(config, name))))
                .hasSizeGreaterThan(600)
                .isEqualTo(expected);
    }

    @Test
    void returns_to_sizes_that_do_not_halve_evenly() {
        try (PointerScope scope = new PointerScope();
                UNet2DCondition network = new UNet2DCondition(SMALL, 1)) {
            Tensor y = network.forward(normal(2, 4, 9, 7), times(), text(2, 5, 6));
            assertThat(y.sizes().vec().get()).containsExactly(2, 4, 9, 7);
        }
    }

    @Test
    void is_nearly_the_same_in_bfloat16_with_few_tokens_and_with_many() {
        try (PointerScope scope = new PointerScope();
                UNet2DCondition exact = filled(new UNet2DCondition(SMALL, 1));
                UNet2DCondition low = filled(new UNet2DCondition(SMALL, 1))) {
            Assumptions.assumeTrue(isUsable(Precision.BFLOAT16), "this machine has no bfloat16");
            low.parameters().drawIn(Compute.on(Precision.BFLOAT16));
            for (int side : List.of(4, 24)) { // 16 tokens and 576
                Tensor x = normal(2, 4, side, side);
                Condition text = text(2, 5, 6);
                Tensor expected = exact.forward(x, times(), text);
                Tensor error = low.forward(x, times(), text).sub(expected);
                double share = error.norm().item_double() / expected.norm().item_double();
                assertThat(share).isLessThan(0.05); // 8 bits of mantissa through a dozen layers
            }
        }
    }

    @Test
    void refuses_what_it_does_not_take_and_misses_what_it_needs_by_name() {
        try (PointerScope scope = new PointerScope();
                UNet2DCondition network = new UNet2DCondition(SMALL, 1)) {
            Tensor x = normal(2, 4, 8, 8);
            assertThatThrownBy(() -> network.forward(x, times(), Condition.NONE))
                    .hasMessage("the network needs the features of a text, [batch, length, 6], was given none");
            assertThatThrownBy(() -> network.forward(x, times(), text(2, 5, 7)))
                    .hasMessage("the network needs the features of a text, [batch, length, 6], was given [2, 5, 7]");
            assertThatThrownBy(() ->
                            network.forward(x, times(), text(2, 5, 6).with(UNet2DCondition.SIZES, torch.zeros(2, 6))))
                    .hasMessage("the network takes no condition 'sizes'");
        }
    }

    @Test
    void refuses_configurations_that_it_cannot_follow_in_one_line() {
        assertThatThrownBy(() -> UNet2DConditionConfig.fromMap(Map.of("attention_type", "gated"), "unet/config.json"))
                .isInstanceOf(FormatException.class)
                .hasMessage("unet/config.json: 'attention_type' is gated; only default is supported for this network");
        assertThatThrownBy(() -> UNet2DConditionConfig.fromMap(Map.of("atention_type", "x"), "unet/config.json"))
                .hasMessageStartingWith("unet/config.json: key 'atention_type' is not known");
        assertThatThrownBy(() -> SMALL.with(Map.of("attention_head_dim", 3)))
                .hasMessageContaining(
                        "attention_head_dim 3, which is the number of heads, does not divide the 8 channels of a level");
        assertThat(UNet2DConditionConfig.passedOver(Map.of("addition_embed_type_num_heads", 32, "act_fn", "silu")))
                .containsExactly("'addition_embed_type_num_heads' has no effect");
    }

    private static boolean isUsable(Precision precision) {
        try {
            Compute.on(precision).requireUsable();
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** With values where a new network has zeros. */
    private static UNet2DCondition filled(UNet2DCondition network) {
        network.parameters().values().add_(network.parameters().values().cos().mul(scalar(0.02)));
        return network;
    }

    private static org.bytedeco.pytorch.Scalar scalar(double value) {
        return new org.bytedeco.pytorch.Scalar(value);
    }

    private static Tensor normal(long... shape) {
        Libtorch.start();
        long count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        return torch.arange(scalar(count))
                .to(ScalarType.Float)
                .mul(scalar(2.3))
                .sin()
                .mul(scalar(1.4))
                .view(shape);
    }

    private static Tensor times() {
        return torch.full(new long[] {2}, scalar(500));
    }

    private static Condition text(long... shape) {
        return Condition.of(UNet2DCondition.TEXT, normal(shape));
    }
}

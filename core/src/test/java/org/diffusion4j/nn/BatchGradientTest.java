package org.diffusion4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The gradient of a batch in parts")
class BatchGradientTest {

    private static final int BATCH = 7;
    private static final double[] WEIGHTS =
            IntStream.range(0, BATCH).mapToDouble(i -> 0.5 + 0.25 * i).toArray();

    private UNet2D network;
    private PointerScope scope;
    private Tensor x;
    private Tensor timesteps;
    private Condition classes;

    @BeforeEach
    void makeNetwork() {
        UNet2DConfig config = UNet2DConfig.defaults()
                .with(Map.of(
                        "in_channels", 1L,
                        "out_channels", 1L,
                        "block_out_channels", List.of(8L),
                        "down_block_types", List.of("AttnDownBlock2D"),
                        "up_block_types", List.of("UpBlock2D"),
                        "layers_per_block", 1L,
                        "norm_num_groups", 2L,
                        "attention_head_dim", 4L,
                        "num_class_embeds", 3L,
                        "dropout", 0.3));
        network = new UNet2D(config, 3, ScalarType.Double);
        scope = new PointerScope();
        network.parameters().values().add_(numbers(network.parameters().count()).mul(new Scalar(0.1)));
        network.parameters().enableGradients();
        x = numbers(BATCH * 16).view(BATCH, 1, 4, 4);
        timesteps = Tensors.of(new double[] {1, 5, 20, 90, 300, 700, 999});
        classes = Condition.ofClasses(Tensors.of(new long[] {0, 1, 2, 0, 1, 2, 0}));
    }

    @AfterEach
    void close() {
        scope.close();
        network.close();
    }

    private static Tensor numbers(long count) {
        return torch.linspace(new Scalar(-2.0), new Scalar(2.0), count)
                .to(ScalarType.Double)
                .mul(new Scalar(37.0))
                .sin();
    }

    private Tensor losses(int first, int count) {
        Tensor output = network.forward(
                x.narrow(0, first, count), timesteps.narrow(0, first, count), classes.slice(first, count));
        return output.square().flatten(1, -1).mean(1);
    }

    private double[] gradient(int parts, int divisor, long seed) {
        network.parameters().gradients().zero_();
        network.train(seed);
        new BatchGradient(network.parameters(), parts).add(WEIGHTS, divisor, this::losses);
        return Tensors.toArray(network.parameters().gradients());
    }

    /** Dropout included: each sample has the mask that it has in the whole batch. */
    @ParameterizedTest(name = "{0} parts, {1} batches a step")
    @CsvSource({"2, 1", "3, 1", "7, 2", "20, 1"})
    void is_that_of_the_whole_but_for_rounding(int parts, int divisor) {
        double[] whole = gradient(1, divisor, 4);
        double largest = Arrays.stream(whole).map(Math::abs).max().orElseThrow();
        assertThat(gradient(parts, divisor, 4)).containsExactly(whole, within(1e-13 * largest * BATCH));
        assertThat(gradient(parts, divisor, 4)).as("again, to the last bit").isEqualTo(gradient(parts, divisor, 4));
        assertThat(largestDifference(gradient(parts, divisor, 5), whole))
                .as("another seed drops others")
                .isGreaterThan(1e-3 * largest);
    }

    private static double largestDifference(double[] a, double[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]))
                .max()
                .orElseThrow();
    }

    @Test
    void adds_to_what_is_there_and_returns_the_losses_without_their_weights() {
        network.train(4);
        double[] expected = Tensors.toArray(losses(0, BATCH));
        double[] once = gradient(3, 1, 4);
        BatchGradient again = new BatchGradient(network.parameters(), 3);
        Tensor losses = again.add(WEIGHTS, 1, this::losses);
        assertThat(Tensors.toArray(losses)).containsExactly(expected, within(1e-12));
        assertThat(losses.requires_grad()).isFalse();
        double[] twice = Tensors.toArray(network.parameters().gradients());
        assertThat(twice).containsExactly(Arrays.stream(once).map(g -> 2 * g).toArray(), within(1e-12));
    }

    @ParameterizedTest(name = "{0} parts")
    @ValueSource(ints = {1, 2})
    void goes_to_one_network_and_to_no_other_that_the_loss_depends_on(int parts) {
        try (Parameters others = new Parameters("another network")) {
            Parameters.Parameter factor = others.root().add("factor", Initialiser.ONES, 1);
            others.allocate(0, ScalarType.Double);
            others.enableGradients();
            double[] expected = gradient(parts, 1, 4);
            network.parameters().gradients().zero_();
            new BatchGradient(network.parameters(), parts)
                    .add(WEIGHTS, 1, (first, count) -> losses(first, count).mul(factor.value()));
            assertThat(Tensors.toArray(network.parameters().gradients())).isEqualTo(expected);
            assertThat(Tensors.toArray(others.gradients())).containsExactly(0);
        }
    }

    @Test
    void fails_as_its_loss_fails_and_adds_nothing() {
        network.parameters().gradients().zero_();
        BatchGradient gradient = new BatchGradient(network.parameters(), 2);
        assertThatThrownBy(() -> gradient.add(WEIGHTS, 1, (first, count) -> {
                    if (first > 0) {
                        throw new IllegalArgumentException("no loss of " + first);
                    }
                    return losses(first, count);
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no loss of 3");
        assertThat(network.parameters().gradients().abs().max().item_double()).isZero();
        assertThatThrownBy(() -> new BatchGradient(network.parameters(), 0))
                .hasMessage("a batch has at least 1 part, was 0");
    }
}

package org.diffusion4j.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Adam")
class AdamTest {

    private static final int STEPS = 10;
    private static final double RATE = 1e-2;

    @BeforeAll
    static void start() {
        Libtorch.start();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void written_out_equals_the_class_of_libtorch_in_float64(Adam.Kind kind) {
        // the same operations in another order: a few ulp of 1 a step
        assertThat(distanceToLibtorch(kind, Adam::written, ScalarType.Double)).isLessThan(STEPS * 1e-15);
    }

    @ParameterizedTest(name = "{0} in {1}")
    @CsvSource({"ADAM, Double, 1e-14", "ADAMW, Double, 1e-14", "ADAM, Float, 3e-6", "ADAMW, Float, 3e-6"})
    void fused_equals_the_class_of_libtorch(Adam.Kind kind, ScalarType dtype, double tolerance) {
        assertThat(FusedAdam.available()).isTrue();
        // float32 eps of values up to 4, a few roundings in each of 10 steps
        assertThat(distanceToLibtorch(kind, FusedAdam::step, dtype)).isLessThan(tolerance);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "beta1, 1, 0.999, 1e-8, 0",
        "beta2, 0.9, -0.1, 1e-8, 0",
        "adamEps, 0.9, 0.999, 0, 0",
        "weightDecay, 0.9, 0.999, 1e-8, -1"
    })
    void refuses_settings_outside_their_range_by_name(
            String name, double beta1, double beta2, double eps, double decay) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Adam.Settings(Adam.Kind.ADAM, beta1, beta2, eps, decay))
                .withMessageContaining(name);
    }

    /** The largest difference of values after ten steps on one sequence of gradients; 0.1 of weight decay tells the kinds apart. */
    private static double distanceToLibtorch(Adam.Kind kind, Adam.Update update, ScalarType dtype) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(1);
            Tensor start = torch.randn(new long[] {1000}, new TensorOptions(dtype));
            Tensor values = start.clone();
            Tensor gradients = torch.zeros_like(start);
            Tensor theirs = start.clone().requires_grad_(true);
            theirs.mutable_grad().put(gradients);
            Optimizer peer = libtorchs(kind, theirs);
            try (Adam adam = new Adam(new Adam.Settings(kind, 0.9, 0.999, 1e-8, 0.1), values, gradients, update)) {
                for (int step = 1; step <= STEPS; step++) {
                    gradients.copy_(torch.randn_like(start));
                    adam.step(step, RATE);
                    peer.step();
                }
            }
            assertThat(values.sub(start).abs().max().item_double()).isGreaterThan(RATE); // it moved at all
            return values.sub(theirs).abs().max().item_double();
        }
    }

    private static Optimizer libtorchs(Adam.Kind kind, Tensor parameter) {
        if (kind == Adam.Kind.ADAMW) {
            AdamWOptions options = new AdamWOptions(RATE);
            options.weight_decay().put(0.1);
            return new org.bytedeco.pytorch.AdamW(new TensorVector(parameter), options);
        }
        AdamOptions options = new AdamOptions(RATE);
        options.weight_decay().put(0.1);
        return new org.bytedeco.pytorch.Adam(new TensorVector(parameter), options);
    }
}

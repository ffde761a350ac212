package org.diffusion4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.WeightsException;
import org.diffusion4j.nn.Parameters.Parameter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Parameters")
class ParametersTest {

    private final PointerScope scope = new PointerScope();
    private final Parameters parameters = new Parameters();
    private final Parameter conv = parameters.add("conv.weight", Initialiser.fanIn(4), 2, 4, 3, 3);
    private final Parameter bias = parameters.root().to("conv").add("bias", Initialiser.ONES, 2);
    private final Parameter frequencies =
            parameters.root().to("time_proj").addConstant("weight", new Initialiser.Normal(16), 5);

    @BeforeEach
    void allocate() {
        parameters.allocate(7, ScalarType.Float);
    }

    @AfterEach
    void close() {
        parameters.close();
        scope.close();
    }

    @Test
    void are_views_of_one_flat_buffer_in_order_of_declaration() {
        parameters.values().fill_(new Scalar(3));

        assertThat(parameters.count()).isEqualTo(2 * 4 * 3 * 3 + 2);
        assertThat(numbers(conv.value())).containsOnly(3).hasSize(72);
        assertThat(numbers(bias.value())).containsOnly(3).hasSize(2);
        assertThat(parameters.all())
                .extracting(Parameter::name)
                .containsExactly("conv.weight", "conv.bias", "time_proj.weight");
    }

    @Test
    void keep_weights_of_convolutions_with_the_channels_last() {
        assertThat(conv.value().stride(1)).isEqualTo(1);
        assertThat(conv.value().is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
    }

    @Test
    void begin_as_their_initialisers_say() {
        assertThat(numbers(bias.value())).containsOnly(1);
        assertThat(conv.value().abs().max().item_double()).isLessThanOrEqualTo(0.5); // 1/√4
        assertThat(conv.value().std().item_double()).isBetween(0.2, 0.4); // 0.29 for U(−½, ½); 72 draws
    }

    @Test
    void are_the_same_for_the_same_seed_and_others_for_another() {
        assertThat(numbers(made(7))).containsExactly(numbers(parameters.values()));
        assertThat(numbers(made(8))).isNotEqualTo(numbers(parameters.values()));
    }

    @Test
    void in_few_bits_stay_so_where_that_is_asked_for_and_are_widened_in_each_product() {
        Tensor file = torch.randn(3, 5, 3, 3).to(ScalarType.BFloat16);
        Compute compute = Compute.on(Precision.FLOAT32);
        try (Parameters narrow = new Parameters();
                Parameters wide = new Parameters()) {
            Parameter held = narrow.addOperand("weight", Initialiser.ONES, 3, 5, 3, 3);
            Parameter other = wide.addOperand("weight", Initialiser.ONES, 3, 5, 3, 3);
            narrow.drawWithNarrow(compute, "file", take -> take.accept("weight", file));
            wide.drawWith(compute, "file", take -> take.accept("weight", file));
            assertThat(held.value().scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
            assertThat(held.operand().scalar_type().intern()).isEqualTo(ScalarType.Float);
            assertThat(held.operand().is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
            assertThat(held.operand().equal(other.operand())).isTrue();
        }
    }

    private Tensor made(long seed) {
        Parameters other = new Parameters();
        other.add("conv.weight", Initialiser.fanIn(4), 2, 4, 3, 3);
        other.add("conv.bias", Initialiser.ONES, 2);
        other.allocate(seed, ScalarType.Float);
        try (other) {
            return other.values().clone();
        }
    }

    @Test
    void gather_their_gradients_in_one_flat_buffer() {
        parameters.enableGradients();

        bias.value().sum().add(conv.value().sum().mul(new Scalar(2))).backward();

        Tensor gradients = parameters.gradients();
        assertThat(numbers(gradients.narrow(0, 0, 72))).containsOnly(2);
        assertThat(numbers(gradients.narrow(0, 72, 2))).containsOnly(1);
        gradients.zero_();
        assertThat(numbers(bias.value().grad())).containsOnly(0);
    }

    @Test
    void never_train_a_constant() {
        parameters.enableGradients();

        assertThat(frequencies.value().requires_grad()).isFalse();
        assertThat(parameters.viewsOf(parameters.gradients())).containsEntry("time_proj.weight", frequencies.value());
    }

    @Test
    void give_views_of_another_buffer_of_the_same_layout() {
        Tensor average = parameters.values().clone().mul_(new Scalar(2));

        Map<String, Tensor> views = parameters.viewsOf(average);

        assertThat(views.keySet()).containsExactly("conv.weight", "conv.bias", "time_proj.weight");
        assertThat(views.get("conv.weight")
                        .sub(conv.value().mul(new Scalar(2)))
                        .abs()
                        .max()
                        .item_double())
                .isZero();
    }

    @Test
    void load_by_name_whatever_the_layout_and_dtype() {
        Map<String, Tensor> weights = weights();
        Tensor given = torch.arange(new Scalar(72), new TensorOptions(ScalarType.Double))
                .view(2, 4, 3, 3);
        weights.put("conv.weight", given);

        parameters.load(weights, "unet.safetensors");

        assertThat(conv.value().sub(given).abs().max().item_double()).isZero();
        assertThat(numbers(frequencies.value())).containsOnly(4);
    }

    @Test
    void name_what_is_missing() {
        Map<String, Tensor> weights = weights();
        weights.remove("conv.weight");

        assertRefused(
                weights,
                "unet.safetensors: tensor 'conv.weight' is missing; the network needs it with shape [2, 4, 3, 3]");
    }

    @Test
    void name_what_is_not_known() {
        Map<String, Tensor> weights = weights();
        weights.put("conv.scale", torch.zeros(2));

        assertRefused(
                weights,
                "unet.safetensors: tensor 'conv.scale' is not known to the network; does config.json belong to these weights?");
    }

    @Test
    void name_what_is_not_finite() {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            Map<String, Tensor> weights = weights();
            weights.put("conv.bias", torch.full(new long[] {2}, new Scalar(value)));

            assertRefused(
                    weights,
                    "unet.safetensors: tensor 'conv.bias' has values that are not finite (NaN or infinite), "
                            + "so nothing can be drawn with it; save the weights of an earlier step");
        }
    }

    @Test
    void name_what_is_not_of_floating_point() {
        Map<String, Tensor> weights = weights();
        weights.put("conv.bias", torch.ones(new long[] {2}, new TensorOptions(ScalarType.Long)));

        assertRefused(
                weights,
                "unet.safetensors: tensor 'conv.bias' has integers (long), weights are floating-point numbers; "
                        + "save them as float32, float16 or bfloat16");
    }

    @Test
    void name_what_has_another_shape_and_change_nothing() {
        Map<String, Tensor> weights = weights();
        weights.put("conv.bias", torch.zeros(3));
        float[] before = numbers(parameters.values());

        assertRefused(
                weights,
                "unet.safetensors: tensor 'conv.bias' has shape [3], the network needs [2]; does config.json belong to these weights?");
        assertThat(numbers(parameters.values())).containsExactly(before);
    }

    @Test
    void refuse_a_name_that_is_taken() {
        Parameters twice = new Parameters();
        twice.add("bias", Initialiser.ZEROS, 1);

        assertThatThrownBy(() -> twice.add("bias", Initialiser.ZEROS, 1))
                .hasMessage("parameter 'bias' is declared twice");
    }

    @Test
    void refuse_a_declaration_after_allocation_and_use_before_it_or_after_closing() {
        Parameter early = new Parameters().add("bias", Initialiser.ZEROS, 1);

        assertThatThrownBy(() -> parameters.add("late", Initialiser.ZEROS, 1))
                .hasMessage("parameter 'late' is declared after allocation");
        parameters.close();
        parameters.close();
        assertThatThrownBy(early::value).hasMessage("parameter 'bias' is used before allocation or after closing");
        assertThatThrownBy(conv::value)
                .hasMessage("parameter 'conv.weight' is used before allocation or after closing");
        assertThatThrownBy(parameters::values)
                .hasMessage("the parameters' values are used before they were made or after closing");
    }

    private void assertRefused(Map<String, Tensor> weights, String message) {
        assertThatThrownBy(() -> parameters.load(weights, "unet.safetensors"))
                .isInstanceOf(WeightsException.class)
                .hasMessage(message);
    }

    private static Map<String, Tensor> weights() {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        weights.put("conv.weight", torch.zeros(2, 4, 3, 3));
        weights.put("conv.bias", torch.zeros(2));
        weights.put("time_proj.weight", torch.full(new long[] {5}, new Scalar(4.0)));
        return weights;
    }

    private static float[] numbers(Tensor tensor) {
        Tensor flat = tensor.detach().contiguous();
        float[] numbers = new float[Math.toIntExact(flat.numel())];
        new FloatPointer(flat.data_ptr()).get(numbers);
        return numbers;
    }
}

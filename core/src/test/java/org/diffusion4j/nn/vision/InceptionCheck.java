package org.diffusion4j.nn.vision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.FormulaWeights;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** FID's Inception network as pytorch-fid and torch-fidelity run it. */
public final class InceptionCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.name().startsWith("inception_") && golden.kind().equals("networks");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        try (InceptionV3 network = new InceptionV3();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            FormulaWeights.of(golden)
                    .forEach((name, array) -> weights.put(name, Comparison.tensor(array, ScalarType.Float)));
            network.parameters().load(weights, golden.toString());
            if (golden.name().contains("torch_fidelity")) {
                torchFidelity(golden, network, out);
            } else {
                pytorchFid(golden, network, out);
            }
        }
    }

    private static void torchFidelity(GoldenCase golden, InceptionV3 network, Comparison out) {
        golden.needsNo("config.features_list"); // those that are expected
        Tensor pixels = Comparison.tensor(golden.input("image"), ScalarType.Float);
        List<Tensor> stages = network.outputs(pixels, InceptionInput.TENSORFLOW);
        out.expect("features_64", stages.get(0).mean(2, 3));
        out.expect("features_192", stages.get(1).mean(2, 3));
        out.expect("features_768", stages.get(3).mean(2, 3));
        Features features = network.of(pixels, InceptionInput.TENSORFLOW);
        out.expect("features_2048", features.vectors());
        out.expect("logits_unbiased16", features.logits().narrow(1, 0, 16));
        out.expect("logits16", biased(features, network).narrow(1, 0, 16));
    }

    private static void pytorchFid(GoldenCase golden, InceptionV3 network, Comparison out) {
        assertThat(golden.configMap())
                .containsEntry("resize_input", true)
                .containsEntry("normalize_input", true)
                .containsEntry("use_fid_inception", true);
        golden.needsNo("config.resize_input", "config.normalize_input", "config.use_fid_inception");
        golden.needsNo("config.output_blocks"); // those that are expected
        Tensor pixels = image(golden).mul(new Scalar(255.0));
        List<Tensor> stages = network.outputs(pixels, InceptionInput.PYTORCH_FID);
        for (int i = 0; i < 3; i++) {
            Tensor block = stages.get(i < 2 ? i : 3); // theirs goes on to Mixed_6e
            out.expectExactly("block" + i + "_shape", doubles(block));
            out.expect("block" + i + "_mean", block.mean(2, 3));
            Tensor first = block.select(0, 0).narrow(0, 0, 16);
            out.expect("block" + i + "_corner", first.narrow(1, 0, 2).narrow(2, 0, 2));
        }
        Features features = network.of(pixels, InceptionInput.PYTORCH_FID);
        out.expect("pool3", features.vectors());
        out.expect("logits16", biased(features, network).narrow(1, 0, 16));
    }

    private static Tensor biased(Features features, InceptionV3 network) {
        return features.logits().add(network.parameters().get("fc.bias").value());
    }

    private static double[] doubles(Tensor tensor) {
        double[] sizes = new double[(int) tensor.dim()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = tensor.size(i);
        }
        return sizes;
    }

    /** Values in [0, 1]: recorded, or channel k, row y, column x: ((y(3 + k) + x(5 + 2k)) mod 256)/255. */
    private static Tensor image(GoldenCase golden) {
        if (golden.hasInput("image")) {
            return Comparison.tensor(golden.input("image"), ScalarType.Float);
        }
        golden.needsNo("inputs.image_formula"); // in words, that of this method
        int side = (int) golden.input("image_shape").values()[2];
        double[] values = new double[3 * side * side];
        for (int i = 0; i < values.length; i++) {
            int k = i / (side * side);
            int y = i / side % side;
            int x = i % side;
            values[i] = (y * (3 + k) + x * (5 + 2 * k)) % 256 / 255.0;
        }
        return Tensors.of(values, 1, 3, side, side).to(ScalarType.Float);
    }
}

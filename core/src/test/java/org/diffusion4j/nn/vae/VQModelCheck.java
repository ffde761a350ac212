package org.diffusion4j.nn.vae;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.io.Json;

/** Diffusers' {@code VQModel}. */
public final class VQModelCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("VQModel");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        VQModelConfig config = VQModelConfig.fromMap(golden.configMap(), golden.toString());
        assertThat(Json.line(config.toMap()))
                .isEqualTo(
                        Json.line(new TreeMap<>(Json.parseObject(golden.config().toString(), "config"))));
        try (VQModel model = new VQModel(config, 0, ScalarType.Float)) {
            model.parameters().load(AutoencoderKLCheck.weights(golden), golden.toString());
            out.expect("encoded", model.encode(Comparison.tensor(golden.input("image"), ScalarType.Float)));
            Tensor latent = Comparison.tensor(golden.input("latent"), ScalarType.Float);
            VQModel.Quantized quantized = model.quantize(latent);
            out.expectExactly("indices", Comparison.values(quantized.indices()));
            out.expect("quantized", quantized.values());
            out.expect("commit_loss", quantized.loss(0.25));
            out.expect("decoded", model.decode(quantized.values()));
            out.expect("decoded_raw", model.decode(latent));
        }
    }
}

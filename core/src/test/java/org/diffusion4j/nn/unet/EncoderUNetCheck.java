package org.diffusion4j.nn.unet;

import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.score.NetworkReplay;

/** Outputs and gradients of guided-diffusion's {@code EncoderUNetModel} with each of its pools, in float32. */
public final class EncoderUNetCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("guided_diffusion.unet.EncoderUNetModel");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        Map<String, Object> arguments = golden.configMap();
        EncoderPool pool =
                EncoderPool.valueOf(String.valueOf(arguments.get("pool")).toUpperCase(Locale.ROOT));
        arguments.remove("pool");
        OpenAiUNetConfig config = OpenAiUNetConfig.fromMap(arguments, golden.toString());
        OpenAiNames names = OpenAiNames.ofEncoder(config);
        try (EncoderUNet network = new EncoderUNet(config, pool, 0)) {
            NetworkReplay replay = new NetworkReplay(golden, out, ScalarType.Float);
            network.parameters().load(names.ours(replay.weights("")), golden.toString());
            replay.run(network, "timesteps", Condition.NONE, names::ours);
        }
    }
}

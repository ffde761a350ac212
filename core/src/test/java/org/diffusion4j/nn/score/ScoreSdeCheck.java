package org.diffusion4j.nn.score;

import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.nn.Condition;

/** Outputs and gradients of score_sde_pytorch's {@code NCSNpp} and {@code DDPM}, in float32. */
public final class ScoreSdeCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("models.ncsnpp.NCSNpp") || golden.symbol().equals("models.ddpm.DDPM");
    }

    @Override
    @SuppressWarnings("unchecked")
    public void check(GoldenCase golden, Comparison out) {
        Map<String, Object> config = golden.configMap();
        golden.needsNo("config.base", "config.training"); // a name, and what is trained
        ScoreUNetConfig ours = ScoreSdeNames.config(
                (Map<String, Object>) config.get("model"), (Map<String, Object>) config.get("data"), golden.toString());
        ScoreUNetConfig.Levels levels = new ScoreUNetConfig.Levels(
                golden.config().get("model").get("sigma_max").asDouble(),
                golden.config().get("model").get("sigma_min").asDouble(),
                golden.config().get("model").get("num_scales").asInt());
        double[] sigmas = levels.sigmas();
        out.expect("sigmas_first_last", sigmas[0], sigmas[sigmas.length - 1]);
        try (ScoreUNet network = new ScoreUNet(ours, 0)) {
            NetworkReplay replay = new NetworkReplay(golden, out, ScalarType.Float);
            network.parameters().load(new ScoreSdeNames(ours).ours(replay.weights("")), golden.toString());
            replay.run(network, "time_cond", Condition.NONE, name -> name);
        }
    }
}

package org.diffusion4j.nn.score;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.score.RefineNetConfig.Nonlinearity;

/** Outputs and gradients of the networks of NCSN and NCSNv2, in float64. */
public final class RefineNetCheck implements GoldenCheck {

    private static final int SIZE = 32; // which the network does not look at

    private static final Map<String, RefineNetKind> KINDS = Map.of(
            "CondRefineNetDilated", RefineNetKind.NCSN,
            "NCSN", RefineNetKind.NCSN,
            "NCSNv2", RefineNetKind.NCSNV2,
            "NCSNv2Deeper", RefineNetKind.NCSNV2_DEEPER);

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("ncsn") && KINDS.containsKey(golden.symbol());
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        golden.needsNo("config.image_size"); // the networks take every even size
        assertThat(config.get("spec_norm").asBoolean()).isFalse();
        assertThat(config.get("normalization").asText()).isEqualTo("InstanceNorm++");
        assertThat(config.get("sigma_dist").asText()).isEqualTo("geometric");
        RefineNetConfig ours = new RefineNetConfig(
                KINDS.get(golden.symbol()),
                SIZE,
                config.get("channels").asInt(),
                config.get("ngf").asInt(),
                Nonlinearity.valueOf(config.get("nonlinearity").asText().toUpperCase(Locale.ROOT)),
                !config.get("logit_transform").asBoolean()
                        && !config.get("rescaled").asBoolean(),
                new ScoreUNetConfig.Levels(
                        config.get("sigma_begin").asDouble(),
                        config.get("sigma_end").asDouble(),
                        config.get("num_classes").asInt()),
                false);
        if (golden.hasInput("sigmas")) {
            out.close("sigmas", ours.levels().sigmas(), golden.input("sigmas").values(), 0, 1e-6); // float32
        }
        try (RefineNet network = new RefineNet(ours, 0, ScalarType.Double)) {
            NetworkReplay replay = new NetworkReplay(golden, out, ScalarType.Double);
            network.parameters().load(replay.weights(""), golden.toString());
            replay.run(network, "y", Condition.NONE, name -> name);
        }
    }
}

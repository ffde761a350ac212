package org.diffusion4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** IDDPM's schedule samplers: the probabilities and weights of times after each batch of losses. */
public final class ResamplerCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().startsWith("improved_diffusion.resample.");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        int total = golden.config().get("num_timesteps").asInt();
        if (golden.symbol().endsWith("UniformSampler")) {
            int draws = golden.expected("sampled_weights").values().length;
            out.expect(
                    "sampled_weights",
                    TimeSampling.UNIFORM
                            .of(total)
                            .draw(new SplittableRandom(1), draws)
                            .weights());
            return;
        }
        LossSecondMoment times = new LossSecondMoment(
                total,
                golden.config().get("history_per_term").asInt(),
                golden.config().get("uniform_prob").asDouble());
        for (JsonNode batch : golden.json().path("expected").path("trace")) {
            for (int i = 0; i < batch.get("timesteps").size(); i++) {
                times.learn(
                        batch.get("timesteps").get(i).asInt(),
                        batch.get("losses").get(i).asDouble());
            }
            double[] weights = new double[total];
            Arrays.setAll(weights, t -> batch.get("weights").get(t).asDouble());
            double sum = Arrays.stream(weights).sum();
            double[] expected = Arrays.stream(weights).map(w -> w / sum).toArray();
            out.close("weights", times.probabilities(), expected, golden.atol("trace"), golden.rtol("trace"));
        }
        out.expect("probabilities", times.probabilities());
        double[] importance =
                Arrays.stream(times.probabilities()).map(p -> 1 / (total * p)).toArray();
        TimeSampler.Drawn drawn = times.draw(new SplittableRandom(1), 100);
        double[] ofDrawn =
                Arrays.stream(drawn.times()).map(t -> importance[(int) t]).toArray();
        out.expect("importance", importance);
        out.close("drawn", drawn.weights(), ofDrawn, golden.atol("importance"), golden.rtol("importance"));
    }
}

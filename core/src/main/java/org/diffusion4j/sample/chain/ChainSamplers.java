package org.diffusion4j.sample.chain;

import java.util.List;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.SamplerOption;
import org.diffusion4j.sample.SamplerProvider;
import org.diffusion4j.sample.Samplers;

/** The samplers that step along the timesteps of a chain, by name. */
public final class ChainSamplers implements SamplerProvider {

    private static final SamplerOption<Double> LEAST = SamplerOption.real(
            "least", 0, 0, Double.POSITIVE_INFINITY, "sigma/alpha that is left in what the model calls clean");
    private static final SamplerOption<Double> GAMMA =
            SamplerOption.real("gamma", 0.3, 0, 1, "how far each step goes beyond the next timestep; 0 is ddim");

    @Override
    public List<Samplers.Entry> samplers() {
        // spotless:off
        return List.of(
            new Samplers.Entry("ddpm", 1, 1, true, "DDPM, algorithm 2", "on the full grid, as trained; poor below 100 steps",
                    s -> new Ddpm(s.variance())),
            new Samplers.Entry("ddim", 1, 1, false, "DDIM, equation 12", "encoding, interpolation, 20 steps and more; eta adds noise",
                    s -> new Ddim(s.eta(), s.etaRule())),
            new Samplers.Entry("plms", 1, 2, false, "PNDM, equation 12; begins with the improved Euler method", "20 to 50 steps, equally spaced",
                    s -> new Pndm()),
            new Samplers.Entry("pndm", 1, 2, false, "PNDM, equations 12 and 13; begins with 3 Runge-Kutta steps of 4 calls", "as plms",
                    s -> new Pndm(Pndm.Begin.RUNGE_KUTTA, Prediction.EPS)),
            new Samplers.Entry("ipndm", 1, 2, false, "DEIS, iPNDM: PNDM, equation 12, begun with lower orders", "as plms, one call a step",
                    s -> new Pndm(Pndm.Begin.LOWER_ORDER, Prediction.EPS)),
            new Samplers.Entry("lcm", 1, 1, true, "Consistency Models, algorithm 1", "models distilled to consistency, 1 to 8 steps",
                    s -> new ConsistencyMultistep(LEAST.of(s))).withOptions(LEAST),
            new Samplers.Entry("tcd", 1, 1, true, "TCD, algorithm 4", "models distilled to trajectory consistency, 4 to 20 steps",
                    s -> new Tcd(GAMMA.of(s))).withOptions(GAMMA));
        // spotless:on
    }
}

package org.diffusion4j.sample;

import java.util.List;
import java.util.function.Function;
import org.diffusion4j.engine.DidYouMean;

/** The samplers by the names that recipes and the command line use; {@code diffuse samplers} prints them. */
public final class Samplers {

    private static final List<Entry> ALL = List.of(
            // spotless:off
            new Entry("ddpm", 1, 1, true, "DDPM, algorithm 2", "on the full grid, as trained; poor below 100 steps",
                    s -> new Ddpm(ReverseVariance.named(s.variance()))),
            new Entry("ddim", 1, 1, false, "DDIM, equation 12", "encoding, interpolation, 20 steps and more; eta adds noise",
                    s -> new Ddim(s.eta(), EtaRule.named(s.etaRule()))),
            new Entry("euler", 1, 1, false, "EDM, algorithm 2 without correction", "as ddim with eta 0",
                    s -> new Euler()),
            new Entry("heun", 2, 2, false, "EDM, algorithm 1", "the ODE's solution in some 20 steps", s -> new Heun()));
            // spotless:on

    /**
     * What is known of a sampler.
     *
     * @param name in kebab-case
     * @param callsPerStep how often the network is asked in a step
     * @param order the claimed order of convergence in the number of steps, of the deterministic part
     * @param stochastic whether noise is added with the settings' defaults
     * @param source paper and equation, or the code that defines it
     * @param use when to take it
     * @param make the sampler of these settings
     */
    public record Entry(
            String name,
            int callsPerStep,
            int order,
            boolean stochastic,
            String source,
            String use,
            Function<SampleSettings, Sampler> make) {

        /** The name. */
        @Override
        public String toString() {
            return name;
        }
    }

    private Samplers() {}

    /** All, in the order in which they are listed. */
    public static List<Entry> all() {
        return ALL;
    }

    /**
     * The sampler of that name.
     *
     * @throws IllegalArgumentException if there is none; the message has those that are
     */
    public static Entry named(String name) {
        return DidYouMean.choose("sampler", name, ALL);
    }
}

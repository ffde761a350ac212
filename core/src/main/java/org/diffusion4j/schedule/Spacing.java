package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.stream.IntStream;
import org.diffusion4j.engine.DidYouMean;

/**
 * Which n of T timesteps a sampler visits; each is known by a name that recipes and the command line use. Rounding is half to
 * even, as in the references.
 */
public enum Spacing {

    /** {@code i·⌊T/n⌋}: begins below T − 1 and ends at 0. */
    LEADING("leading") {
        @Override
        double timestep(int i, int n, int total) {
            return i * (total / n);
        }
    },

    /** {@code round(T − j·T/n) − 1}: begins at T − 1, as zero terminal SNR needs it, and ends above 0. */
    TRAILING("trailing") {
        @Override
        double timestep(int i, int n, int total) {
            return Math.rint(total - (n - 1 - i) * (total / (double) n)) - 1;
        }
    },

    /** n points from 0 to T − 1; one alone is T − 1. */
    LINSPACE("linspace") {
        @Override
        double timestep(int i, int n, int total) {
            return n == 1 ? total - 1 : Math.rint(i * ((total - 1.0) / (n - 1)));
        }
    },

    /**
     * {@code ⌊u²⌋} for n points u from 0 to √(0.8·T), so that steps are small near the clean sample (DDIM, appendix D.2, as in the
     * authors' code); one alone is the last. Where two fall together they are one step.
     */
    QUADRATIC("quadratic") {
        @Override
        double timestep(int i, int n, int total) {
            double last = Math.sqrt(0.8 * total);
            double u = n == 1 ? last : i * (last / (n - 1));
            return Math.floor(u * u);
        }
    },

    /** Every ⌊T/n⌋-th timestep from 0 on, which where n does not divide T can be more than n (DDIM's and latent diffusion's "uniform"). */
    UNIFORM("uniform") {
        @Override
        double timestep(int i, int n, int total) {
            return LEADING.timestep(i, n, total);
        }

        @Override
        int count(int n, int total) {
            int stride = total / n;
            return (total + stride - 1) / stride;
        }
    };

    private final String text;

    Spacing(String text) {
        this.text = text;
    }

    /** The i-th of n timesteps, counted from the clean end. */
    abstract double timestep(int i, int n, int total);

    /** How many timesteps there are where n were asked for. */
    int count(int n, int total) {
        return n;
    }

    /**
     * n of T timesteps, first the noisiest.
     *
     * @throws IllegalArgumentException if {@code n < 1} or {@code n > total}
     */
    public int[] timesteps(int n, int total) {
        require(1 <= n && n <= total, "steps must lie between 1 and the %s of the process, was %s", total, n);
        int[] ascending = IntStream.range(0, count(n, total))
                .map(i -> (int) timestep(i, n, total))
                .distinct()
                .toArray();
        int[] timesteps = new int[ascending.length];
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = ascending[timesteps.length - 1 - i];
        }
        return timesteps;
    }

    /** {@link #timesteps} as a plain grid that ends at the clean sample. */
    public TimeGrid grid(int n, int total) {
        return TimeGrid.ofTimesteps(timesteps(n, total));
    }

    /**
     * The spacing of that name.
     *
     * @throws IllegalArgumentException if there is none; the message has those that are
     */
    public static Spacing named(String name) {
        return DidYouMean.choose("spacing", name, List.of(values()));
    }

    /** The name, as {@link #named} takes it. */
    @Override
    public String toString() {
        return text;
    }
}

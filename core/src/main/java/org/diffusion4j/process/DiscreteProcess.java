package org.diffusion4j.process;

import static org.diffusion4j.engine.Require.require;

import java.util.Optional;
import org.diffusion4j.schedule.DiscreteSchedule;
import org.diffusion4j.schedule.Posterior;

/**
 * DDPM's process: variance-preserving, defined by the timesteps of a table and by −1, the clean sample. The network is given the
 * timestep, which between two entries is fractional.
 *
 * <p>Between timesteps log(sigma/alpha) is linear, as in k-diffusion and diffusers. Next to the clean sample and to pure noise,
 * where it is infinite, the ratio itself or its inverse is linear; the network, which knows no time below 0, is given 0 there.
 */
public record DiscreteProcess(DiscreteSchedule table) implements DiffusionProcess {

    @Override
    public double alpha(double t) {
        return isTimestep(t) ? Math.sqrt(table.alphaBar((int) t)) : 1 / Math.hypot(1, noiseToSignal(t));
    }

    @Override
    public double sigma(double t) {
        double ratio = noiseToSignal(t);
        return isTimestep(t) ? Math.sqrt(1 - table.alphaBar((int) t)) : ratio / Math.hypot(1, ratio);
    }

    @Override
    public double noiseToSignal(double t) {
        int below = (int) Math.floor(t);
        double low = entry(below);
        if (isTimestep(t)) {
            return low;
        }
        double share = t - below;
        double high = entry(below + 1);
        if (low == 0) {
            return share * high;
        }
        return Double.isInfinite(high)
                ? low / (1 - share)
                : Math.exp((1 - share) * Math.log(low) + share * Math.log(high));
    }

    @Override
    public double timeAt(double ratio) {
        require(ratio >= 0, "a noise-to-signal ratio must not be negative, was %s", ratio);
        int below = -1;
        int above = table.steps();
        while (above - below > 1) {
            int middle = (below + above) / 2;
            if (entry(middle) <= ratio) {
                below = middle;
            } else {
                above = middle;
            }
        }
        double low = entry(below);
        if (ratio == low || above == table.steps()) {
            return below;
        }
        double high = entry(above);
        if (low == 0) {
            return below + ratio / high;
        }
        return below + (Double.isInfinite(high) ? 1 - low / ratio : Math.log(ratio / low) / Math.log(high / low));
    }

    @Override
    public Optional<Posterior> chainStep(double t) {
        return isTimestep(t) && t >= 0 ? Optional.of(table.chainStep((int) t)) : Optional.empty();
    }

    @Override
    public double networkTime(double t) {
        return Math.max(0, t);
    }

    private double entry(int timestep) {
        double alphaBar = table.alphaBar(timestep);
        return Math.sqrt((1 - alphaBar) / alphaBar);
    }

    private static boolean isTimestep(double t) {
        return t == Math.rint(t);
    }
}

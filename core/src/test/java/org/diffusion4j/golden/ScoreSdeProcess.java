package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.IntStream;
import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.process.continuous.GeometricExploding;
import org.diffusion4j.process.continuous.GeometricLevels;
import org.diffusion4j.process.continuous.SubVariancePreserving;
import org.diffusion4j.schedule.ForwardStep;
import org.diffusion4j.schedule.Posterior;
import org.diffusion4j.schedule.TimeGrid;

/**
 * A process as score_sde's samplers use it: steps are those of a chain of N timesteps, the one at {@code t·(N − 1)} cut to a whole
 * number, while the network is asked at t, or, where it is not continuous, at the timestep.
 */
record ScoreSdeProcess(ContinuousProcess process, DiffusionProcess chain, int n, boolean continuous)
        implements ContinuousProcess {

    /** By {@code config.sde} or {@code config.class}. */
    static ScoreSdeProcess of(JsonNode config) {
        int n = config.get("N").asInt();
        boolean continuous = config.path("continuous").asBoolean(true);
        String name = config.path("sde").asText(config.path("class").asText());
        if (name.equals("VESDE")) {
            double min = config.get("sigma_min").asDouble();
            double max = config.get("sigma_max").asDouble();
            return new ScoreSdeProcess(
                    new GeometricExploding(min, max), new GeometricLevels(min, max, n), n, continuous);
        }
        double min = config.get("beta_min").asDouble();
        double range = config.get("beta_max").asDouble() - min;
        VariancePreserving preserving = new VariancePreserving(min, range);
        return name.equals("VPSDE")
                ? new ScoreSdeProcess(preserving, preserving.chain(n), n, continuous)
                : new ScoreSdeProcess(new SubVariancePreserving(min, range), preserving.chain(n), n, continuous);
    }

    /** From 1 to {@code end} in N times; a step is 1/N long, whatever their distance. */
    TimeGrid grid(double end) {
        double[] times = IntStream.range(0, n)
                .mapToDouble(i -> 1 + i * (end - 1) / (n - 1))
                .toArray();
        double[] nexts =
                IntStream.range(0, n).mapToDouble(i -> times[i] - 1.0 / n).toArray();
        return TimeGrid.of(times, nexts);
    }

    int index(double t) {
        return (int) (t * (n - 1));
    }

    private boolean clean(double t) {
        return t < 0;
    }

    @Override
    public ForwardStep forward(double t, double s) {
        int i = index(t);
        return process instanceof SubVariancePreserving // the reference has no chain for it
                ? new ForwardStep(1 + process.drift(t) / n, Math.pow(process.diffusion(t), 2) / n)
                : chain.forward(i, i - 1);
    }

    @Override
    public Posterior posterior(double t, double s) {
        int i = index(t);
        return chain.posterior(i, i - 1);
    }

    @Override
    public double alpha(double t) {
        return continuous || clean(t) ? process.alpha(t) : chain.alpha(index(t));
    }

    @Override
    public double sigma(double t) {
        if (clean(t)) {
            return Double.NaN; // only how long the last step is
        }
        return continuous ? process.sigma(t) : chain.sigma(index(t));
    }

    @Override
    public double networkTime(double t) {
        return process.networkTime(t);
    }

    @Override
    public double timeAt(double ratio) {
        return process.timeAt(ratio);
    }

    @Override
    public double alphaRate(double t) {
        return process.alphaRate(t);
    }

    @Override
    public double sigmaRate(double t) {
        return process.sigmaRate(t);
    }

    @Override
    public double drift(double t) {
        return process.drift(t);
    }

    @Override
    public double diffusion(double t) {
        return process.diffusion(t);
    }

    @Override
    public double firstTime() {
        return process.firstTime();
    }

    @Override
    public double lastTime() {
        return process.lastTime();
    }

    @Override
    public double priorDeviation() {
        return process.priorDeviation();
    }
}

package org.diffusion4j.sample.sde;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.Carried;

/**
 * The embedded Runge-Kutta pair of order 5(4) by Dormand and Prince, with steps whose error stays within tolerances: a step stands
 * where the difference of both orders is below {@code absolute + relative·|y|}, taken as root mean square.
 *
 * <p>Dormand, Prince, "A family of embedded Runge-Kutta formulae", 1980; Hairer, Nørsett, Wanner, "Solving Ordinary Differential
 * Equations I", II.4, for the first step and the control, with the constants of scipy's RK45.
 *
 * @param relative tolerance, above 0; 1e-5 in use
 * @param absolute tolerance, above 0; 1e-5 in use
 * @param norm whether each sample keeps the tolerances, or all numbers on average; the steps are the same for the whole batch
 */
public record DormandPrince(double relative, double absolute, NormScope norm) {

    private static final double[] NODES = {1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};
    private static final double[][] STAGES = {
        {1.0 / 5},
        {3.0 / 40, 9.0 / 40},
        {44.0 / 45, -56.0 / 15, 32.0 / 9},
        {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
        {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
        {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84} // the result of order 5
    };
    private static final double[] ERROR = {
        -71.0 / 57600, 0, 71.0 / 16695, -71.0 / 1920, 17253.0 / 339200, -22.0 / 525, 1.0 / 40
    };
    private static final double SAFETY = 0.9;
    private static final double LEAST_FACTOR = 0.2;
    private static final double MOST_FACTOR = 10;
    private static final double EXPONENT = 1.0 / 5; // of an error of order 4

    public DormandPrince {
        require(relative > 0, "the relative tolerance must be above 0, was %s", relative);
        require(absolute > 0, "the absolute tolerance must be above 0, was %s", absolute);
    }

    /** Both tolerances 1e-5 for each sample (Song et al., ICLR 2021, appendix D.2). */
    public DormandPrince() {
        this(1e-5, 1e-5, NormScope.SAMPLE);
    }

    /** The right side of {@code dy/dt = slope(t, y)}; y is borrowed, the result made in the caller's scope. */
    @FunctionalInterface
    public interface Slope {
        Tensor at(double t, Tensor y);
    }

    /** Sees every step that stands, before the tensors of the step are freed; y is borrowed for the call. */
    @FunctionalInterface
    public interface StepListener {
        void onStep(double t, Tensor y);
    }

    /**
     * The end of the way.
     *
     * @param y there, owned by the caller
     * @param calls of the slope
     */
    public record Solution(Tensor y, int calls) {}

    /**
     * Solves from one time to another, upwards or downwards.
     *
     * @param start y at {@code from}, {@code [batch, …]}; borrowed
     * @throws IllegalStateException if the steps become too short for the numbers, or a slope is not finite
     * @throws java.util.concurrent.CancellationException if it is {@linkplain Cancellation cancelled}
     */
    public Solution solve(double from, double to, Tensor start, Slope slope, StepListener listener) {
        double direction = Math.signum(to - from);
        int calls = 2;
        double t = from;
        try (AutoGradMode noGrad = new AutoGradMode(false);
                Carried y = new Carried(start);
                Carried first = new Carried(start)) { // the slope at y
            if (direction == 0) {
                try (PointerScope scope = new PointerScope()) {
                    y.set(start.clone());
                }
                return new Solution(y.handOver(), 0);
            }
            double h;
            try (PointerScope scope = new PointerScope()) {
                first.set(slope.at(t, start));
                h = firstStep(from, to, start, first.get(), slope);
            }
            boolean rejected = false;
            while (direction * (to - t) > 0) {
                Cancellation.checkpoint();
                double least = 10 * Math.ulp(t);
                if (!(h >= least)) {
                    throw new IllegalStateException("the steps of the ODE became shorter than " + least + " at time "
                            + t + ": allow larger tolerances, or check that the model's output is finite there");
                }
                try (PointerScope scope = new PointerScope()) {
                    double end = direction * (t + direction * h - to) > 0 ? to : t + direction * h;
                    Attempt attempt = attempt(t, end - t, y.get(), first.get(), slope);
                    calls += NODES.length;
                    double factor = attempt.error == 0 ? MOST_FACTOR : SAFETY * Math.pow(attempt.error, -EXPONENT);
                    if (attempt.error < 1) {
                        h = Math.abs(end - t) * Math.min(rejected ? 1 : MOST_FACTOR, factor);
                        rejected = false;
                        t = end;
                        y.set(attempt.y);
                        first.set(attempt.slope);
                        listener.onStep(t, y.get());
                    } else {
                        h = Math.abs(end - t) * Math.max(LEAST_FACTOR, factor); // NaN where the error is none
                        rejected = true;
                    }
                }
            }
            return new Solution(y.handOver(), calls);
        }
    }

    private record Attempt(Tensor y, Tensor slope, double error) {}

    private Attempt attempt(double t, double h, Tensor y, Tensor first, Slope slope) {
        List<Tensor> slopes = new ArrayList<>(List.of(first));
        Tensor reached = y;
        for (int k = 0; k < STAGES.length; k++) {
            reached = y.add(sum(STAGES[k], slopes), new Scalar(h));
            slopes.add(slope.at(t + NODES[k] * h, reached));
        }
        Tensor error = sum(ERROR, slopes).mul(new Scalar(h));
        Tensor size = torch.maximum(y.abs(), reached.abs());
        return new Attempt(reached, slopes.get(STAGES.length), norm.largest(error.div(scale(size))));
    }

    private static Tensor sum(double[] weights, List<Tensor> slopes) {
        Tensor sum = slopes.get(0).mul(new Scalar(weights[0]));
        for (int k = 1; k < weights.length; k++) {
            if (weights[k] != 0) {
                sum.add_(slopes.get(k), new Scalar(weights[k]));
            }
        }
        return sum;
    }

    private Tensor scale(Tensor size) {
        return size.mul(new Scalar(relative)).add(new Scalar(absolute));
    }

    /** Hairer, Nørsett, Wanner, II.4, with one more call of the slope. */
    private double firstStep(double from, double to, Tensor y, Tensor first, Slope slope) {
        double length = Math.abs(to - from);
        Tensor scale = scale(y.abs());
        double d0 = norm.largest(y.div(scale));
        double d1 = norm.largest(first.div(scale));
        double h0 = Math.min(length, d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : 0.01 * d0 / d1);
        double signed = Math.copySign(h0, to - from);
        Tensor second = slope.at(from + signed, y.add(first, new Scalar(signed)));
        double d2 = norm.largest(second.sub(first).div(scale)) / h0;
        double h1 =
                d1 <= 1e-15 && d2 <= 1e-15 ? Math.max(1e-6, h0 * 1e-3) : Math.pow(0.01 / Math.max(d1, d2), EXPONENT);
        return Math.min(Math.min(100 * h0, h1), length);
    }
}

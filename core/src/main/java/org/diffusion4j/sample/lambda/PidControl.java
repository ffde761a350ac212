package org.diffusion4j.sample.lambda;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;

/**
 * The length of steps by a controller that is proportional to their error and to its integral and derivative, as in k-diffusion's
 * {@code sample_dpm_adaptive}. The error is that of the batch as a whole.
 *
 * <p>The controller and its limit, {@code 1 + atan(factor − 1)}, are those of Söderlind, "Digital Filters in Adaptive Time-Stepping",
 * ACM TOMS 2003.
 *
 * @param proportional the share of the error itself; 0 in use
 * @param integral the share of its sum; 1 in use
 * @param derivative the share of its change; 0 in use
 * @param least the smallest factor of the next step with which this one stands; 0.81 in use
 */
public record PidControl(double proportional, double integral, double derivative, double least) implements StepRule {

    private static final double TINY = 1e-8; // an error of 0 would ask for an endless step

    public PidControl {
        require(proportional + integral + derivative > 0, "a controller needs a share above 0");
        require(
                0 < least && least < 1,
                "a step must stand where the next is as long: the least factor lies in (0, 1), was %s",
                least);
    }

    /** The integral alone, as k-diffusion presets it. */
    public PidControl() {
        this(0, 1, 0, 0.81);
    }

    @Override
    public double size(Tensor error) {
        return error.square().mean().sqrt().item_double();
    }

    @Override
    public Judge judge(double order, double first) {
        double[] inverses = new double[3]; // 1/error of this attempt and of the last two steps
        double[] length = {first}; // as in the reference, also of a step that the end cut short
        return (size, taken) -> {
            double inverse = 1 / (size + TINY);
            if (inverses[0] == 0) {
                inverses[1] = inverse;
                inverses[2] = inverse;
            }
            inverses[0] = inverse;
            double factor = Math.pow(inverses[0], (proportional + integral + derivative) / order)
                    * Math.pow(inverses[1], -(proportional + 2 * derivative) / order)
                    * Math.pow(inverses[2], derivative / order);
            double limited = 1 + Math.atan(factor - 1);
            if (limited >= least) {
                inverses[2] = inverses[1];
                inverses[1] = inverses[0];
            }
            length[0] *= limited;
            return new Verdict(limited >= least, length[0]);
        };
    }
}

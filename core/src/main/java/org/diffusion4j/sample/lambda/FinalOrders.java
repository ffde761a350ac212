package org.diffusion4j.sample.lambda;

/**
 * How a multistep solver of high order comes down at the end, where steps in lambda are large and values far back mislead. A step to
 * the clean sample is of order 1 whatever this says.
 *
 * @param below with fewer steps than this the last step is of order 1, the one before it of order 2 at most, and so on
 * @param euler whether the last step is of order 1 in any case
 */
public record FinalOrders(int below, boolean euler) {

    /** The full order to the end. */
    public static final FinalOrders FULL = new FinalOrders(0, false);

    /** Lower below 10 steps: DPM-Solver's code (whose comment says 15). */
    public static final FinalOrders LOWER_BELOW_10 = new FinalOrders(10, false);

    /** Lower below 15 steps: diffusers. */
    public static final FinalOrders LOWER_BELOW_15 = new FinalOrders(15, false);

    /** Lower at any number of steps: UniPC, SA-Solver. */
    public static final FinalOrders LOWER = new FinalOrders(Integer.MAX_VALUE, false);

    /** The order of step i of n. */
    int of(int order, int i, int n) {
        int left = n - i;
        if (euler && left == 1) {
            return 1;
        }
        return n < below ? Math.min(order, left) : order;
    }
}

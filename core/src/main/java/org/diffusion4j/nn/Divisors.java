package org.diffusion4j.nn;

/** The nearest numbers that divide, for messages. */
public final class Divisors {

    private Divisors() {}

    /** The divisors of {@code number} next to {@code wanted}: "8 and 16", or one of them where there is no other. */
    public static String nearest(int number, int wanted) {
        int below = Math.max(1, Math.min(wanted, number));
        while (number % below != 0) {
            below--;
        }
        int above = Math.min(Math.max(1, wanted), number);
        while (number % above != 0) {
            above++;
        }
        return below == above ? "" + below : below + " and " + above;
    }

    /** The multiples of {@code divisor} next to {@code size}. */
    public static String nearestMultiples(long size, long divisor) {
        long below = size / divisor * divisor;
        return below > 0 ? below + " and " + (below + divisor) : "" + divisor;
    }
}

package org.diffusion4j.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The functions of exponential integrators")
class PhiTest {

    @Test
    void are_their_integral() {
        for (int k = 1; k <= 4; k++) {
            for (double z : new double[] {-30, -3, -1, -0.999, -1e-3, 0, 1e-9, 0.5, 1, 4}) {
                double integral = integral(k, z);
                // Simpson on 4,000 intervals: (z/4000)⁴ of the largest value
                assertThat(Phi.of(k, z)).isCloseTo(integral, within(1e-8 * Math.max(integral, 1e-3)));
            }
        }
    }

    private static double integral(int k, double z) {
        int n = 4000;
        double sum = 0;
        for (int i = 0; i <= n; i++) {
            double u = i / (double) n;
            int weight = i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.exp((1 - u) * z) * Math.pow(u, k - 1) / Phi.factorial(k - 1);
        }
        return sum / (3 * n);
    }

    @Test
    void hold_to_the_last_digits_where_series_and_recursion_meet() {
        for (int k = 1; k <= 4; k++) {
            double below = Phi.of(k, Math.nextDown(1.0));
            assertThat(Phi.of(k, 1)).isCloseTo(below, within(1e-14));
        }
    }
}

package org.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FormulaWeightsTest {

    @Test
    void agrees_with_the_check_values() {
        assertThat(FormulaWeights.uniform(1, 0, 0)).isEqualTo(-0.11868941341813244);
        assertThat(FormulaWeights.uniform(1, 0, 1)).isEqualTo(-0.5448088774290587);
        assertThat(FormulaWeights.uniform(1, 0, 2)).isEqualTo(0.50735606871926842);
        assertThat(FormulaWeights.uniform(1, 0, 3)).isEqualTo(-0.96603842202361911);
        assertThat(FormulaWeights.uniform(20260823, 5, 1000)).isEqualTo(-0.23248028946287969);
    }
}

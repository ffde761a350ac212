package org.diffusion4j.sample.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A rule for steps that a solver chooses")
class StepRuleTest {

    @Test
    void of_the_authors_accepts_up_to_the_tolerance_and_takes_nine_tenths_of_the_longest_step_within_it() {
        StepRule.Judge judge = StepRule.EVERY_SAMPLE.judge(2, 0.05);

        assertThat(judge.of(1, 0.5)).isEqualTo(new StepRule.Verdict(true, 0.45));
        assertThat(judge.of(4, 0.5)).isEqualTo(new StepRule.Verdict(false, 0.225)); // twice too long at order 2
    }

    @Test
    void of_a_controller_keeps_a_length_whose_error_is_just_allowed_and_shortens_one_that_it_refuses() {
        StepRule.Judge judge = new PidControl().judge(2, 0.5);

        StepRule.Verdict kept = judge.of(1, 0.5);
        assertThat(kept.accepted()).isTrue();
        assertThat(kept.next()).isCloseTo(0.5, within(1e-8)); // what stands in for an error of 0
        StepRule.Verdict refused = judge.of(100, 0.5);
        assertThat(refused.accepted()).isFalse();
        assertThat(refused.next()).isCloseTo(0.5 * (1 + Math.atan(0.1 - 1)), within(1e-8));
    }

    @Test
    void of_a_controller_without_a_share_is_refused() {
        assertThatThrownBy(() -> new PidControl(0, 0, 0, 0.81)).hasMessage("a controller needs a share above 0");
        assertThatThrownBy(() -> new PidControl(0, 1, 0, 1))
                .hasMessageContaining("the least factor lies in (0, 1), was 1.0");
    }
}

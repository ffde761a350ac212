package org.diffusion4j.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Beta schedules")
class BetaScheduleTest {

    private static final double ROUNDING = 1e-15;

    @Test
    void ddpm_is_linear_from_1e_minus_4_to_0_02_in_1000_steps() {
        DiscreteSchedule table = BetaSchedule.ddpm().table();

        assertThat(table.steps()).isEqualTo(1000);
        assertThat(table.beta(0)).isEqualTo(1e-4);
        assertThat(table.beta(999)).isEqualTo(0.02, within(ROUNDING));
        assertThat(table.beta(500) - table.beta(499)).isEqualTo(0.0199 / 999, within(ROUNDING));
    }

    @Test
    void iddpm_linear_ends_as_noisy_for_500_steps_as_for_1000() {
        double alphaBar1000 = new BetaSchedule(BetaCurve.IDDPM_LINEAR, 1e-4, 0.02, 1000)
                .table()
                .alphaBar(999);
        double alphaBar500 = new BetaSchedule(BetaCurve.IDDPM_LINEAR, 1e-4, 0.02, 500)
                .table()
                .alphaBar(499);

        // −log alphaBar = Σ β + β²/2 + …: the first terms are equal, the others, 0.07 at 1000 steps, double
        assertThat(Math.log(alphaBar500)).isEqualTo(Math.log(alphaBar1000), within(0.1));
    }

    @Test
    void the_cosine_has_the_offset_that_is_set() { // values of lucidrains' cosine_beta_schedule(10, s=0.02)
        DiscreteSchedule table = BetaSchedule.cosine(10, 0.02).table();

        assertThat(table.beta(0)).isEqualTo(0.0328467, within(5e-8));
        assertThat(table.beta(1)).isEqualTo(0.0793759, within(5e-8));
    }

    @Test
    void the_sigmoid_has_the_start_end_and_tau_that_are_set() { // lucidrains' sigmoid_beta_schedule(10, -1, 2, 0.5)
        DiscreteSchedule table =
                BetaSchedule.sigmoid(10, new SigmoidShape(-1, 2, 0.5)).table();

        assertThat(table.beta(0)).isEqualTo(0.0911128873470124, within(ROUNDING));
        assertThat(table.beta(9)).isEqualTo(0.999);
    }

    @Test
    void a_shape_is_refused_where_the_curve_would_not_follow_it() {
        assertThatThrownBy(() -> new BetaSchedule(
                        BetaCurve.LINEAR, 1e-4, 0.02, 10, false, List.of(), 0.02, SigmoidShape.PUBLISHED))
                .hasMessage("cosineOffset changes the curve cosine, not linear; omit it");
        assertThatThrownBy(() -> new BetaSchedule(
                        BetaCurve.COSINE, 1e-4, 0.02, 10, false, List.of(), 0.008, new SigmoidShape(-1, 2, 1)))
                .hasMessage("sigmoid changes the curve sigmoid-alpha-bar, not cosine; omit it");
        assertThatThrownBy(() -> BetaSchedule.cosine(10, Double.NaN))
                .hasMessage("cosineOffset must be at least 0, was NaN");
        assertThatThrownBy(() -> new SigmoidShape(3, -3, 1))
                .hasMessage("a sigmoid needs start < end and tau > 0, were 3.0, -3.0 and 1.0");
        assertThatThrownBy(() -> new SigmoidShape(100, 200, 1)) // flat: 1 to the last bit
                .hasMessageStartingWith("a sigmoid needs start < end");
    }

    @ParameterizedTest
    @EnumSource
    void every_curve_follows_its_ends_where_it_has_some(BetaCurve curve) {
        List<BetaCurve> without = List.of(
                BetaCurve.COSINE,
                BetaCurve.JSD,
                BetaCurve.SIGMOID_ALPHA_BAR,
                BetaCurve.DIFFUSION_LM,
                BetaCurve.TRUNCATED_COSINE);
        double[] published = curve.betas(new BetaSchedule(curve, 1e-4, 0.02, 1000));

        assertThat(Arrays.equals(curve.betas(new BetaSchedule(curve, 1e-4, 0.01, 1000)), published))
                .isEqualTo(without.contains(curve));
    }

    @ParameterizedTest
    @EnumSource
    void every_curve_is_found_by_its_name(BetaCurve curve) {
        assertThat(BetaCurve.named(curve.toString())).isSameAs(curve);
    }

    @Test
    void an_unknown_name_is_refused_with_the_one_that_was_probably_meant() {
        assertThatThrownBy(() -> BetaCurve.named("cosin"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("there is no beta schedule 'cosin'; did you mean 'cosine'?");
    }

    @Test
    void explicit_betas_are_taken_as_they_are() {
        BetaSchedule settings = new BetaSchedule(BetaCurve.LINEAR, 1e-4, 0.02, 3, false, List.of(0.1, 0.2, 0.5));

        assertThat(settings.table().alphaBar(2)).isEqualTo(0.9 * 0.8 * 0.5, within(ROUNDING));
    }

    @Test
    void explicit_betas_must_be_as_many_as_steps() {
        assertThatThrownBy(() -> new BetaSchedule(BetaCurve.LINEAR, 1e-4, 0.02, 4, false, List.of(0.1, 0.2)))
                .hasMessage("explicit betas must be as many as steps, 4, were 2");
    }

    @Test
    void betas_that_leave_zero_to_one_are_refused_by_name() {
        assertThatThrownBy(() -> new BetaSchedule(BetaCurve.IDDPM_LINEAR, 1e-4, 0.02, 10).table())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("beta of timestep 5 must lie between 0 and 1, was 1.11");
        assertThatThrownBy(() -> new BetaSchedule(BetaCurve.LINEAR, 0.02, 1e-4, 10))
                .hasMessage("betas need 0 < betaStart <= betaEnd < 1, were 0.02 and 1.0E-4");
        assertThatThrownBy(() -> new BetaSchedule(BetaCurve.LINEAR, 1e-4, 0.02, 0))
                .hasMessage("a beta schedule needs at least 1 step, was 0");
        assertThatThrownBy(() -> DiscreteSchedule.ofBetas(0.1, Double.NaN))
                .hasMessage("beta of timestep 1 must lie between 0 and 1, was NaN");
    }
}

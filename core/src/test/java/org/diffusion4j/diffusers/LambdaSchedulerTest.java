package org.diffusion4j.diffusers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.lambda.Deis;
import org.diffusion4j.sample.lambda.DpmSolver;
import org.diffusion4j.sample.lambda.FinalOrders;
import org.diffusion4j.sample.lambda.FirstMoment;
import org.diffusion4j.sample.lambda.Integrand;
import org.diffusion4j.sample.lambda.UniPc;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A published scheduler that solves in lambda")
class LambdaSchedulerTest {

    @Test
    void is_the_solver_that_its_keys_say() {
        assertThat(read("DPMSolverMultistepScheduler", Map.of()).sampler()).isEqualTo(DpmSolver.plusPlus(2));
        assertThat(read("DPMSolverMultistepScheduler", Map.of("algorithm_type", "sde-dpmsolver++", "solver_order", 3))
                        .sampler())
                .isEqualTo(DpmSolver.plusPlus(3).withTau(1));
        assertThat(read("DEISMultistepScheduler", Map.of()).sampler()).isEqualTo(new Deis(2));
        assertThat(read("UniPCMultistepScheduler", Map.of("disable_corrector", List.of(0, 1)))
                        .sampler())
                .isEqualTo(new UniPc(2, Integrand.X0, FirstMoment.MIDPOINT, 2, FinalOrders.LOWER));
    }

    @Test
    void goes_from_given_timesteps_to_the_clean_sample_or_to_the_lowest_level() {
        TimeGrid clean = read("DPMSolverMultistepScheduler", Map.of()).gridOf(900, 400);
        TimeGrid lowest = read("DPMSolverMultistepScheduler", Map.of("final_sigmas_type", "sigma_min"))
                .gridOf(900, 400);

        assertThat(clean.next(1)).isEqualTo(TimeGrid.CLEAN);
        assertThat(lowest.next(1)).isZero();
    }

    @Test
    void of_levels_that_are_not_to_end_clean_stays_where_it_is_in_the_last_step() {
        TimeGrid grid = read("DEISMultistepScheduler", Map.of("use_karras_sigmas", true))
                .grid(10);

        assertThat(grid.next(9)).isEqualTo(grid.time(9));
    }

    @Test
    void of_levels_has_the_process_of_its_betas_and_tells_the_network_whole_timesteps() {
        SchedulerConfig config = read("DPMSolverMultistepScheduler", Map.of("use_karras_sigmas", true));
        double between = config.grid(10).time(4);

        assertThat(config.process()).isInstanceOf(DiscreteProcess.class);
        assertThat(config.process().networkTime(between)).isEqualTo(between).isNotEqualTo(Math.rint(between));
        assertThat(config.process(10).networkTime(between)).isEqualTo(Math.rint(between));
    }

    @Test
    void of_a_flow_stretches_its_times_to_the_last_that_the_keys_name() {
        Map<String, Object> flow = Map.of("use_flow_sigmas", true, "flow_shift", 3.0);
        Map<String, Object> stretched = Map.of("use_flow_sigmas", true, "flow_shift", 3.0, "shift_terminal", 0.1);
        TimeGrid plain = read("UniPCMultistepScheduler", flow).grid(4);
        TimeGrid grid = read("UniPCMultistepScheduler", stretched).grid(4);

        assertThat(grid.time(3)).isCloseTo(0.1, within(1e-15));
        assertThat((1 - grid.time(1)) / (1 - grid.time(2)))
                .isCloseTo((1 - plain.time(1)) / (1 - plain.time(2)), within(1e-15));
    }

    @Test
    void of_edm_may_end_at_its_smallest_level_whatever_the_number_of_steps() {
        SchedulerConfig config = read("EDMDPMSolverMultistepScheduler", Map.of("final_sigmas_type", "sigma_min"));

        for (int steps = 1; steps <= 100; steps++) {
            TimeGrid grid = config.grid(steps);
            assertThat(grid.next(steps - 1)).isEqualTo(grid.time(steps - 1));
        }
    }

    @Test
    void refuses_what_it_cannot_follow() {
        refused(
                "UniPCMultistepScheduler",
                Map.of("disable_corrector", List.of(3)),
                "m.json: disable_corrector must name the first steps, as [0, 1], was [3.0]");
        refused(
                "UniPCMultistepScheduler",
                Map.of("solver_p", Map.of("_class_name", "DDIMScheduler")),
                "m.json: solver_p cannot be followed, where another scheduler predicts and UniPC corrects; set it to null");
        refused(
                "UniPCMultistepScheduler",
                Map.of("solver_type", "bh3"),
                "m.json: solver_type 'bh3' is not known; did you mean");
        refused(
                "UniPCMultistepScheduler",
                Map.of("use_flow_sigmas", true, "use_karras_sigmas", true),
                "m.json: use_flow_sigmas cannot be read together with levels by another formula");
        refused(
                "DPMSolverMultistepScheduler",
                Map.of("use_flow_sigmas", true, "use_dynamic_shifting", true),
                "m.json: use_dynamic_shifting cannot be read: it depends on the picture");
        refused(
                "DPMSolverMultistepInverseScheduler",
                Map.of("use_karras_sigmas", true),
                "m.json: on the way to noise no levels between timesteps can be read");
        refused(
                "DPMSolverMultistepInverseScheduler",
                Map.of("timestep_spacing", "trailing"),
                "m.json: timestep_spacing 'trailing' is not known; known are: linspace");
        refused(
                "IPNDMScheduler",
                Map.of("trained_betas", List.of(0.1)),
                "m.json: trained_betas of IPNDMScheduler cannot be read");
    }

    private static SchedulerConfig read(String type, Map<String, Object> keys) {
        Map<String, Object> all = new HashMap<>(keys);
        all.put("_class_name", type);
        return SchedulerConfig.fromMap(all, "m.json");
    }

    private static void refused(String type, Map<String, Object> keys, String message) {
        assertThatThrownBy(() -> read(type, keys))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(message);
    }
}

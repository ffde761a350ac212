package org.diffusion4j.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

@DisplayName("Time grids")
class TimeGridTest {

    @Test
    void leading_ends_at_zero_and_trailing_begins_at_the_last_timestep() {
        assertThat(Spacing.LEADING.timesteps(5, 1000)).containsExactly(800, 600, 400, 200, 0);
        assertThat(Spacing.TRAILING.timesteps(5, 1000)).containsExactly(999, 799, 599, 399, 199);
        assertThat(Spacing.LINSPACE.timesteps(5, 1000)).containsExactly(999, 749, 500, 250, 0);
    }

    @Test
    void quadratic_is_that_of_the_authors_of_ddim() {
        // ermongroup/ddim, skip_type "quad"; the sequence that the golden case ermon-generalized-quad records
        assertThat(Spacing.QUADRATIC.timesteps(10, 1000)).containsExactly(800, 632, 483, 355, 246, 158, 88, 39, 9, 0);
    }

    @Test
    void quadratic_steps_that_fall_together_are_one() {
        assertThat(Spacing.QUADRATIC.timesteps(20, 20)).doesNotHaveDuplicates().hasSizeLessThan(20);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "QUADRATIC")
    void with_as_many_steps_as_the_process_every_spacing_is_the_full_grid(Spacing spacing) {
        TimeGrid grid = spacing.grid(1000, 1000);

        assertThat(times(grid))
                .containsExactly(
                        IntStream.range(0, 1000).mapToDouble(i -> 999 - i).toArray());
    }

    @ParameterizedTest
    @EnumSource
    void every_spacing_stays_within_the_process_for_every_number_of_steps(Spacing spacing) {
        for (int n = 1; n <= 300; n++) {
            int[] timesteps = spacing.timesteps(n, 300);
            assertThat(timesteps[0]).isLessThan(300);
            assertThat(timesteps[timesteps.length - 1]).isGreaterThanOrEqualTo(0);
        }
    }

    @Test
    void one_linspace_step_begins_at_pure_noise() {
        assertThat(Spacing.LINSPACE.timesteps(1, 1000)).containsExactly(999);
    }

    @Test
    void a_plain_grid_goes_on_where_it_arrived_and_ends_clean() {
        TimeGrid grid = TimeGrid.ofTimesteps(900, 550, 10);

        assertThat(times(grid)).containsExactly(900, 550, 10);
        assertThat(nexts(grid)).containsExactly(550, 10, TimeGrid.CLEAN);
    }

    @Test
    void a_resampled_grid_walks_each_part_several_times() {
        TimeGrid grid = TimeGrid.ofTimesteps(50, 40, 30, 20, 10, 0).resampled(2, 2);

        // it goes back 2 steps when it comes to 20 and to 0: 4 and 2 steps before the last, which is 0 and a multiple
        // of 2
        assertThat(times(grid)).containsExactly(50, 40, 30, 40, 30, 20, 10, 20, 10, 0);
    }

    @Test
    void a_resampled_grid_is_as_long_as_the_paper_says() {
        // RePaint: T = 250, j = 10, r = 10 are 4,570 transitions; those that add noise are no steps here
        TimeGrid grid = TimeGrid.full(250).resampled(10, 10);

        assertThat(grid.steps()).isEqualTo(250 + 24 * 9 * 10);
        assertThat(grid.next(grid.steps() - 1)).isEqualTo(TimeGrid.CLEAN);
        for (int i = 1; i < grid.steps(); i++) {
            assertThat(grid.time(i) - grid.next(i - 1)).isIn(0.0, 10.0);
        }
    }

    @Test
    void walking_each_part_once_changes_nothing() {
        assertThat(TimeGrid.full(20).resampled(100, 1))
                .hasToString(TimeGrid.full(20).toString());
    }

    @Test
    void refuses_to_walk_parts_that_are_none() {
        assertThatThrownBy(() -> TimeGrid.full(20).resampled(20, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a jump must be shorter than the 20 steps of the grid, was 20");
        assertThatThrownBy(() -> TimeGrid.full(20).resampled(0, 2))
                .hasMessage("a jump must have at least 1 step, was 0");
        assertThatThrownBy(() -> TimeGrid.full(20).resampled(5, 0))
                .hasMessage("each part must be walked at least once, was 0");
    }

    @Test
    void the_first_steps_of_a_grid_end_where_they_arrive() {
        TimeGrid grid = TimeGrid.ofTimesteps(900, 550, 10).first(2);

        assertThat(times(grid)).containsExactly(900, 550);
        assertThat(nexts(grid)).containsExactly(550, 10);
        assertThatThrownBy(() -> grid.first(3)).hasMessage("a grid of 2 steps has no first 3");
    }

    @Test
    void a_grid_with_a_stride_jumps_by_it_wherever_it_goes_on() {
        TimeGrid grid = Spacing.TRAILING.grid(7, 1000).withStride(142);

        assertThat(times(grid)).containsExactly(999, 856, 713, 570, 428, 285, 142);
        assertThat(nexts(grid)).containsExactly(857, 714, 571, 428, 286, 143, 0);
    }

    @Test
    void an_offset_moves_the_times_and_an_end_replaces_the_clean_sample() {
        TimeGrid grid = Spacing.LEADING.grid(4, 1000).shifted(1, 1000).endingAt(0);

        assertThat(times(grid)).containsExactly(751, 501, 251, 1);
        assertThat(nexts(grid)).containsExactly(501, 251, 1, 0);
    }

    @Test
    void reversed_walks_the_same_times_towards_noise() {
        TimeGrid grid = TimeGrid.ofTimesteps(900, 550, 10).reversed();

        assertThat(times(grid)).containsExactly(10, 550);
        assertThat(nexts(grid)).containsExactly(550, 900);
    }

    @Test
    void steps_outside_one_to_the_process_are_refused() {
        assertThatThrownBy(() -> Spacing.LEADING.grid(0, 1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("steps must lie between 1 and the 1000 of the process, was 0");
        assertThatThrownBy(() -> Spacing.TRAILING.grid(1001, 1000))
                .hasMessage("steps must lie between 1 and the 1000 of the process, was 1001");
    }

    @Test
    void times_that_do_not_decrease_are_refused() {
        assertThatThrownBy(() -> TimeGrid.ofTimesteps(5, 5))
                .hasMessage("the times of a grid must decrease, but 5.0 follows 5.0");
        assertThatThrownBy(() -> TimeGrid.ofTimesteps(5, -1))
                .hasMessage("timesteps must not be negative, were [5, -1]");
        assertThatThrownBy(() -> TimeGrid.ofTimesteps()).hasMessage("a time grid needs at least one time");
        assertThatThrownBy(() -> TimeGrid.of(new double[] {2, 1}, 1.5))
                .hasMessage("a time grid must end at or below its last time 1.0, was 1.5");
    }

    @Test
    void an_offset_beyond_the_process_is_refused() {
        assertThatThrownBy(() -> TimeGrid.full(10).shifted(1, 10))
                .hasMessage("timestep 10.0 lies outside 0 … 9; lower the offset 1");
    }

    @Test
    void an_unknown_spacing_is_refused_with_the_one_that_was_probably_meant() {
        assertThatThrownBy(() -> Spacing.named("trialing"))
                .hasMessageStartingWith("there is no spacing 'trialing'; did you mean 'trailing'?");
    }

    private static double[] times(TimeGrid grid) {
        return IntStream.range(0, grid.steps()).mapToDouble(grid::time).toArray();
    }

    private static double[] nexts(TimeGrid grid) {
        return IntStream.range(0, grid.steps()).mapToDouble(grid::next).toArray();
    }
}

package org.diffusion4j.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Timesteps of a distilled model")
class DistilledStepsTest {

    @Test
    void begin_as_far_down_the_teachers_as_the_strength_says() { // LCMScheduler.set_timesteps(4, strength=0.5)
        TimeGrid grid = new DistilledSteps(50, 0.5).grid(4, 1000);

        assertThat(grid.times()).containsExactly(499, 379, 259, 139);
        assertThat(grid.next(3)).isEqualTo(TimeGrid.CLEAN);
    }

    @Test
    void are_all_of_the_teachers_for_as_many_steps() {
        assertThat(new DistilledSteps(4, 1).grid(4, 1000).times()).containsExactly(999, 749, 499, 249);
    }

    @Test
    void more_than_the_teacher_has_are_refused_with_how_many_there_are() {
        assertThatThrownBy(() -> new DistilledSteps(50, 0.5).grid(26, 1000))
                .hasMessage("a model distilled from 50 steps takes at most 25 at strength 0.5, not 26");
        assertThatThrownBy(() -> new DistilledSteps(50, 0)).hasMessage("strength must lie in (0, 1], was 0.0");
        assertThatThrownBy(() -> new DistilledSteps(2000, 1).grid(4, 1000))
                .hasMessage("a model of 1000 timesteps cannot be distilled from 2000 steps");
    }
}

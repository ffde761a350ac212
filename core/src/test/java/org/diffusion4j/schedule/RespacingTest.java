package org.diffusion4j.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Respacing")
class RespacingTest {

    @Test
    void by_all_timesteps_changes_nothing() {
        assertThat(Respacing.grid("1000", 1000)).hasToString(TimeGrid.full(1000).toString());
        assertThat(Respacing.grid("ddim1000", 1000))
                .hasToString(TimeGrid.full(1000).toString());
        assertThat(Respacing.grid("5,5", 10)).hasToString(TimeGrid.full(10).toString());
    }

    @Test
    void gives_each_section_its_own_number_of_timesteps_from_its_first_to_its_last() {
        assertThat(Respacing.grid("2,3", 10)).hasToString("[9.0, 7.0, 5.0, 4.0, 0.0]");
    }

    @Test
    void refuses_what_it_cannot_give() {
        assertThatThrownBy(() -> Respacing.grid("ddim37", 1000))
                .hasMessage("no stride takes exactly 37 of 1000 timesteps; try 37 without ddim");
        assertThatThrownBy(() -> Respacing.grid("6,1", 10)).hasMessage("a section of 5 timesteps cannot give 6");
        assertThatThrownBy(() -> Respacing.grid("1,0", 10)).hasMessage("a section of 5 timesteps cannot give 0");
        assertThatThrownBy(() -> Respacing.grid("ten", 10))
                .hasMessage("a respacing is written like 250, 10,15,20 or ddim25, not 'ten'");
    }
}

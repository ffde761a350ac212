package org.diffusion4j.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Lines of a long work without a terminal")
class StepLinesTest {

    private final List<String> said = new ArrayList<>();
    private long now = -7;

    @Test
    void come_every_half_minute_with_the_time_that_is_left() {
        StepLines lines = new StepLines("training", said::add, () -> now);
        for (long step = 101; step <= 200; step++) {
            now += 1_000_000_000;
            lines.at(step, 220, "loss 1");
        }
        assertThat(said)
                .containsExactly(
                        "training: 130 of 220, loss 1, about 1.5 minutes left",
                        "training: 160 of 220, loss 1, about 1.0 minutes left",
                        "training: 190 of 220, loss 1, about 0.5 minutes left");
    }

    @Test
    void start_their_clock_again_with_other_work() {
        StepLines lines = new StepLines("drawing", said::add, () -> now);
        for (int part = 0; part < 2; part++) {
            for (long done = 0; done <= 40; done += 2) {
                now += 1_000_000_000;
                lines.at(done, 100, "");
            }
        }
        assertThat(said).containsExactly("drawing: 16 of 100, about 0.7 minutes left");
    }
}

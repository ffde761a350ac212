package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A cancellation")
class CancellationTest {

    private final Cancellation cancellation = new Cancellation();

    @Test
    void ends_work_under_it_at_its_next_step_and_no_other() {
        try (Cancellation.Scope scope = cancellation.open()) {
            assertThatCode(Cancellation::checkpoint).doesNotThrowAnyException();
            cancellation.cancel();
            assertThat(cancellation.isCancelled()).isTrue();
            assertThatThrownBy(Cancellation::checkpoint)
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("the work was cancelled");
        }
        assertThatCode(Cancellation::checkpoint).doesNotThrowAnyException();
    }

    @Test
    void holds_also_within_another() {
        try (Cancellation.Scope outer = cancellation.open()) {
            try (Cancellation.Scope inner = new Cancellation().open()) {
                cancellation.cancel();
                assertThat(Cancellation.isWanted()).isTrue();
            }
            assertThat(Cancellation.isWanted()).isTrue();
        }
        assertThat(Cancellation.isWanted()).isFalse();
    }

    @Test
    void is_also_the_interruption_of_the_thread_which_stays_interrupted() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(Cancellation::checkpoint)
                .isInstanceOf(CancellationException.class)
                .hasMessage("the work was stopped: its thread is interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }
}

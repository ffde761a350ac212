package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A guard of what is closed")
@Timeout(60)
class CloseGuardTest {

    private final AtomicInteger freed = new AtomicInteger();
    private final CloseGuard guard = new CloseGuard("the model", freed::incrementAndGet);

    @Test
    void frees_once_and_refuses_later_uses_by_name() {
        guard.use().close();
        guard.close();
        guard.close();

        assertThat(freed).hasValue(1);
        assertThatThrownBy(guard::use)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the model is closed; load or make it again to use it");
    }

    @Test
    void waits_for_the_uses_of_other_threads_also_when_interrupted() throws Exception {
        CloseGuard.Use use = guard.use();
        boolean[] interrupted = new boolean[1];
        Thread closing = new Thread(() -> {
            guard.close();
            interrupted[0] = Thread.currentThread().isInterrupted();
        });
        closing.start();
        closing.interrupt();
        while (!isClosed() || closing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }

        assertThat(freed).hasValue(0);
        use.close();
        closing.join();
        assertThat(freed).hasValue(1);
        assertThat(interrupted[0]).isTrue();
    }

    @Test
    void closed_within_a_use_frees_when_the_last_use_ends() {
        try (CloseGuard.Use outer = guard.use()) {
            guard.close();
            assertThat(isClosed()).isTrue();
            guard.use().close(); // part of the use under way
            assertThat(freed).hasValue(0);
        }
        assertThat(freed).hasValue(1);
    }

    /** As another thread sees it. */
    private boolean isClosed() {
        boolean[] closed = new boolean[1];
        Thread other = new Thread(() -> {
            try (CloseGuard.Use use = guard.use()) {
                closed[0] = false;
            } catch (IllegalStateException e) {
                closed[0] = true;
            }
        });
        other.start();
        try {
            other.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return closed[0];
    }
}

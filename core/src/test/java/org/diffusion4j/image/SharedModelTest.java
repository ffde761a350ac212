package org.diffusion4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.sample.SampleSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A model that threads share")
@Timeout(300)
class SharedModelTest {

    private static final Draw LONG = Draw.of(4).with(SampleSettings.ddim(1000));
    private static final Draw SHORT = Draw.of(2).with(SampleSettings.ddim(2));
    private static final int THREADS = 8;

    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    private final DiffusionModel model = TinyModel.of(8, 0);

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        pool.shutdownNow();
        model.close();
    }

    @Test
    void is_closed_after_the_draws_under_way_and_then_refuses_by_name() throws Exception {
        CountDownLatch drawing = new CountDownLatch(2);
        AtomicInteger steps = new AtomicInteger();
        List<Future<Integer>> draws = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            draws.add(pool.submit(() -> model.draw(Draw.of(2).with(SampleSettings.ddim(50)), (first, step) -> {
                        steps.incrementAndGet();
                        drawing.countDown();
                    })
                    .size()));
        }
        drawing.await();
        model.close();

        assertThat(steps).hasValue(2 * 50);
        for (Future<Integer> draw : draws) {
            assertThat(draw.get()).isEqualTo(2);
        }
        assertThatThrownBy(() -> model.draw(SHORT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the model is closed");
        assertThatThrownBy(() -> model.save(folder.resolve("model"), false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the model is closed");
    }

    @Test
    void may_be_closed_and_used_by_a_listener_of_its_own_draw() {
        assertThat(model.draw(SHORT, (first, step) -> {
                    model.close();
                    assertThat(model.draw(SHORT)).hasSize(2);
                }))
                .hasSize(2);
        assertThatThrownBy(() -> model.draw(SHORT)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void ends_a_draw_at_its_next_step_when_another_thread_cancels_it() throws Exception {
        Cancellation cancellation = new Cancellation();
        AtomicInteger steps = new AtomicInteger();
        Future<?> draw = pool.submit(() -> {
            try (Cancellation.Scope scope = cancellation.open()) {
                model.draw(LONG, (first, step) -> {
                    steps.incrementAndGet();
                    cancelOnAnotherThread(cancellation);
                });
            }
        });
        assertThatThrownBy(draw::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(CancellationException.class)
                .hasMessage("the work was cancelled");
        assertThat(steps).hasValue(1);
    }

    private static void cancelOnAnotherThread(Cancellation cancellation) {
        Thread other = new Thread(cancellation::cancel);
        other.start();
        try {
            other.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void ends_a_draw_at_its_next_step_when_its_thread_is_interrupted() throws Exception {
        AtomicReference<Throwable> end = new AtomicReference<>();
        AtomicInteger steps = new AtomicInteger();
        Thread drawing = new Thread(() -> {
            try {
                model.draw(LONG.with(SampleSettings.of("dpm-solver-23", 50)), (first, step) -> {
                    steps.incrementAndGet();
                    Thread.currentThread().interrupt();
                });
            } catch (CancellationException e) {
                end.set(e);
            }
        });
        drawing.start();
        drawing.join();
        assertThat(end.get()).hasMessage("the work was stopped: its thread is interrupted");
        assertThat(steps).hasValue(1);
    }

    @Test
    void says_what_to_lower_when_memory_is_too_little_for_a_batch() {
        RuntimeException libtorchs = new IllegalStateException(
                "[enforce fail at alloc_cpu.cpp:124] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes");
        DiffusionModel.BatchSampler failing = batch -> {
            throw libtorchs;
        };
        assertThatThrownBy(() -> model.draw(Draw.of(64).withBatchSize(32), (first, step) -> {}, failing))
                .isInstanceOf(OutOfNativeMemoryException.class)
                .hasMessage("there is not enough memory: lower the batch size (--batch-size), 32")
                .hasCause(libtorchs);
    }

    @Test
    void lets_eight_threads_draw_close_and_load() throws Exception {
        torture(3);
    }

    @Test
    @Tag("torture")
    void lets_eight_threads_draw_close_and_load_for_a_minute() throws Exception {
        torture(60);
    }

    /** Threads that draw from one model, which each of them now and then closes and loads anew under the others. */
    private void torture(int seconds) throws Exception {
        Path saved = folder.resolve("saved");
        model.save(saved, false);
        AtomicReference<DiffusionModel> shared = new AtomicReference<>(DiffusionModel.load(saved));
        AtomicInteger drawn = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Future<?>> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
            threads.add(pool.submit(() -> {
                while (System.nanoTime() < end) {
                    if (random.nextInt(4) == 0) {
                        shared.getAndSet(DiffusionModel.load(saved)).close();
                        closed.incrementAndGet();
                        continue;
                    }
                    try {
                        drawn.addAndGet(shared.get().draw(SHORT).size());
                    } catch (IllegalStateException refused) {
                        assertThat(refused).hasMessageContaining("the model is closed");
                    }
                }
                return null;
            }));
        }
        for (Future<?> thread : threads) {
            thread.get();
        }
        shared.get().close();
        assertThat(drawn.get()).isPositive();
        assertThat(closed.get()).isPositive();
    }
}

package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Streams")
class StreamsTest {

    @Test
    void give_results_in_the_order_of_the_pieces() {
        List<Supplier<Integer>> pieces =
                IntStream.range(0, 20).<Supplier<Integer>>mapToObj(i -> () -> i).toList();
        assertThat(Streams.run(pieces, none -> {}))
                .containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
    }

    @Test
    void compute_with_one_thread_each_and_leave_this_threads_number_alone() {
        int before = Libtorch.threads();
        List<Integer> threads =
                Streams.run(List.<Supplier<Integer>>of(torch::get_num_threads, torch::get_num_threads), none -> {});
        assertThat(threads).containsExactly(1, 1);
        assertThat(Libtorch.threads()).isEqualTo(before);
    }

    @Test
    void run_a_single_piece_where_it_is_or_alone_on_one_thread() {
        Thread here = Thread.currentThread();
        assertThat(Streams.run(List.<Supplier<Thread>>of(Thread::currentThread), none -> {}))
                .containsExactly(here);
        Thread alone = Streams.alone(Thread::currentThread, none -> {});
        assertThat(alone).isNotSameAs(here);
        assertThat(Streams.<Integer>alone(torch::get_num_threads, none -> {})).isEqualTo(1);
        assertThat(Streams.<Boolean>alone(
                        () -> Streams.alone(Thread::currentThread, none -> {}).equals(Thread.currentThread()),
                        none -> {}))
                .as("a piece in a piece waits for no other thread")
                .isTrue();
        assertThatIllegalStateException()
                .isThrownBy(() -> Streams.alone(
                        () -> {
                            throw new IllegalStateException("alone it failed");
                        },
                        none -> {}))
                .withMessage("alone it failed");
    }

    @Test
    void throw_what_a_piece_threw_and_free_what_the_others_made() {
        CountDownLatch made = new CountDownLatch(1);
        ConcurrentLinkedQueue<String> freed = new ConcurrentLinkedQueue<>();
        List<Supplier<String>> pieces = List.of(
                () -> {
                    made.countDown();
                    return "made";
                },
                () -> {
                    await(made);
                    throw new IllegalStateException("the second failed");
                },
                StreamsTest::untilCancelled);
        assertThatIllegalStateException()
                .isThrownBy(() -> Streams.run(pieces, freed::add))
                .withMessage("the second failed");
        assertThat(freed).containsExactly("made");
    }

    @Test
    void are_cancelled_with_the_thread_that_waits_for_them() {
        Cancellation cancellation = new Cancellation();
        List<Supplier<String>> pieces = List.of(
                () -> {
                    cancellation.cancel();
                    return untilCancelled();
                },
                StreamsTest::untilCancelled);
        try (Cancellation.Scope open = cancellation.open()) {
            assertThatThrownBy(() -> Streams.run(pieces, none -> {})).isInstanceOf(CancellationException.class);
        }
        assertThat(Cancellation.isWanted()).isFalse();
    }

    @Test
    void are_cancelled_by_an_interruption_which_stays() {
        Thread caller = Thread.currentThread();
        List<Supplier<String>> pieces = List.of(
                () -> {
                    caller.interrupt();
                    return untilCancelled();
                },
                StreamsTest::untilCancelled);
        assertThatThrownBy(() -> Streams.run(pieces, none -> {}))
                .isInstanceOf(CancellationException.class)
                .hasMessage("the work was stopped: its thread is interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void run_the_pieces_of_a_piece_on_its_own_thread() {
        Supplier<List<Integer>> nested = () -> {
            assertThat(Streams.count()).isEqualTo(1);
            return Streams.run(List.<Supplier<Integer>>of(() -> 1, () -> 2), none -> {});
        };
        assertThat(Streams.run(Collections.nCopies(8, nested), none -> {}))
                .hasSize(8)
                .allSatisfy(found -> assertThat(found).containsExactly(1, 2));
    }

    private static String untilCancelled() {
        while (true) {
            Cancellation.checkpoint();
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

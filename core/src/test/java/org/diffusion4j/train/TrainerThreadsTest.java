package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.ImageTraining;
import org.diffusion4j.nn.Condition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A trainer among threads")
@Timeout(300)
class TrainerThreadsTest {

    private static final ImageDataset DATA = Tiny.images(8);

    @Test
    void with_dropout_learns_bit_for_bit_the_same_beside_another_trainer() throws Exception {
        List<Double> alone = losses(1, () -> {});
        List<Double> otherAlone = losses(2, () -> {});
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Future<List<Double>> one = pool.submit(() -> losses(1, () -> meet(together)));
            Future<List<Double>> other = pool.submit(() -> losses(2, () -> meet(together)));
            assertThat(one.get()).isEqualTo(alone);
            assertThat(other.get()).isEqualTo(otherAlone);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void cancelled_or_interrupted_ends_after_its_step_and_offers_that_as_a_checkpoint() {
        Cancellation cancellation = new Cancellation();
        try (Cancellation.Scope scope = cancellation.open()) {
            assertCancelledAfterStep3(cancellation::cancel);
        }
        assertCancelledAfterStep3(Thread.currentThread()::interrupt);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void cancelled_between_the_parts_of_a_batch_gives_that_step_up_and_offers_the_one_before() {
        ImageRecipe recipe = recipe(1).with("train.streams=2", "train.checkpointEvery=100");
        Cancellation cancellation = new Cancellation();
        List<Long> kept = new ArrayList<>();
        try (DiffusionModel model = recipe.newModel(DATA)) {
            Loss ofModel = ImageTraining.loss(
                    model, recipe.variance().ofStep(), recipe.train().objective());
            AtomicInteger calls = new AtomicInteger();
            Loss loss = new Loss() {
                @Override
                public Tensor of(Tensor x0, Condition condition, double[] times, Tensor noise) {
                    if (calls.incrementAndGet() == 7) { // the first part of the fourth step
                        cancellation.cancel();
                    }
                    Cancellation.checkpoint();
                    return ofModel.of(x0, condition, times, noise);
                }

                @Override
                public TimeSampler times() {
                    return ofModel.times();
                }

                @Override
                public double timeAt(double share) {
                    return ofModel.timeAt(share);
                }
            };
            Examples examples = ImageTraining.examples(model, DATA, 8, 0, false);
            try (Trainer trainer = new Trainer(recipe, model.network(), loss, examples, null);
                    Cancellation.Scope scope = cancellation.open()) {
                assertThatThrownBy(() -> trainer.run(new TrainListener() {
                            @Override
                            public void onStep(Step step) {}

                            @Override
                            public void onCheckpoint(TrainState state) {
                                kept.add(state.step());
                            }
                        }))
                        .isInstanceOf(CancellationException.class)
                        .hasMessage("the training was cancelled after step 3");
            }
        }
        assertThat(kept).containsExactly(3L);
    }

    private static void assertCancelledAfterStep3(Runnable cancel) {
        List<Long> kept = new ArrayList<>();
        try (DiffusionModel model = recipe(1).newModel(DATA);
                Trainer trainer = ImageTraining.trainer(recipe(1), model, DATA, null)) {
            assertThatThrownBy(() -> trainer.run(new TrainListener() {
                        @Override
                        public void onStep(Step step) {
                            if (step.step() == 3) {
                                cancel.run();
                            }
                        }

                        @Override
                        public void onCheckpoint(TrainState state) {
                            assertThat(Thread.currentThread().isInterrupted()).isFalse();
                            kept.add(state.step());
                        }
                    }))
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("the training was cancelled after step 3");
        }
        assertThat(kept).containsExactly(2L, 3L);
    }

    @Test
    void closed_by_another_thread_or_by_its_listener_stops_first() throws Exception {
        for (boolean byListener : new boolean[] {true, false}) {
            try (DiffusionModel model = recipe(1).newModel(DATA)) {
                Trainer trainer = ImageTraining.trainer(recipe(1).with("train.steps=1000000"), model, DATA, null);
                Thread closing = new Thread(trainer::close);
                TrainResult result = trainer.run(new TrainListener() {
                    @Override
                    public void onStep(Step step) {
                        if (step.step() == 3 && byListener) {
                            trainer.close();
                        } else if (step.step() == 3) {
                            closing.start();
                        }
                    }
                });
                closing.join();
                assertThat(result.end()).isEqualTo(TrainResult.End.REQUESTED);
                assertThatThrownBy(() -> trainer.run(TrainListener.NONE))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("the trainer is closed");
            }
        }
    }

    private static ImageRecipe recipe(long seed) {
        return Tiny.recipe("model.dropout=0.5", "train.steps=20", "train.validateEvery=0", "train.sampleEvery=0")
                .with("train.seed=" + seed);
    }

    private static List<Double> losses(long seed, Runnable beforeEach) {
        List<Double> losses = new ArrayList<>();
        try (DiffusionModel model = recipe(seed).newModel(DATA);
                Trainer trainer = ImageTraining.trainer(recipe(seed), model, DATA, null)) {
            trainer.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    losses.add(step.loss());
                    beforeEach.run();
                }
            });
        }
        return losses;
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}

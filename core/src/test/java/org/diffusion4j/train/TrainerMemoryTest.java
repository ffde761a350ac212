package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.javacpp.Pointer;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.ImageTraining;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OneThread.class)
@DisplayName("Native memory of a training")
class TrainerMemoryTest {

    private static final long MIB = 1 << 20;

    /** 256 images in 8 channels of 4×4 floats: a single lost tensor of the network is 128 KiB. */
    private static final String[] BATCH = {"train.batchSize=256", "train.validateEvery=100", "train.sampleEvery=100"};

    private static final ImageDataset DATA = Tiny.images(256);

    @Test
    void is_after_1000_steps_where_it_was_after_10() {
        ImageRecipe recipe = Tiny.recipe(BATCH).with("train.steps=1000", "train.checkpointEvery=0");
        long[] after10 = new long[1];
        train(recipe, new TrainListener() {
            @Override
            public void onStep(Step step) {
                if (step.step() == 10) {
                    after10[0] = Pointer.physicalBytes();
                }
            }
        });
        long after = Pointer.physicalBytes();
        System.out.printf("%d MiB after 10 steps, %d MiB after 1000%n", after10[0] / MIB, after / MIB);
        assertThat(after - after10[0]).isLessThan(40 * MIB); // Java's own growth; one lost tensor a step is 124 MiB
    }

    @Test
    void is_after_200_trainings_that_a_listener_broke_off_where_it_was_after_10() {
        ImageRecipe recipe = Tiny.recipe(BATCH);
        TrainListener throwing = new TrainListener() {
            @Override
            public void onStep(Step step) {
                throw new IllegalStateException("the listener failed");
            }
        };
        long after10 = 0;
        for (int i = 1; i <= 200; i++) {
            assertThatThrownBy(() -> train(recipe, throwing)).hasMessage("the listener failed");
            if (i == 10) {
                after10 = Pointer.physicalBytes();
            }
        }
        long after = Pointer.physicalBytes();
        System.out.printf("%d MiB after 10 broken trainings, %d MiB after 200%n", after10 / MIB, after / MIB);
        assertThat(after - after10)
                .isLessThan(60 * MIB); // Java's own growth; a step's tensors lost each time are 600 MiB
    }

    private static void train(ImageRecipe recipe, TrainListener listener) {
        try (DiffusionModel model = recipe.newModel(DATA);
                Trainer trainer = ImageTraining.trainer(recipe, model, DATA, DATA)) {
            trainer.run(listener);
        }
    }
}

package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Trainer")
class TrainerTest {

    @Test
    void learns() {
        Recipe recipe = Recipe.defaults();
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            byte[] image = new byte[16];
            new java.util.Random(i).nextBytes(image);
            images.add(image);
        }
        ImageDataset data = InMemoryImages.ofBytes(images, 1, 4, 4);
        List<Double> losses = new ArrayList<>();
        try (TinyNetwork network = new TinyNetwork(16, 64, 11);
                Trainer trainer = new Trainer(
                        recipe, network, new DiscreteProcess(recipe.schedule().table()), Prediction.EPS, data, data)) {
            trainer.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    losses.add(step.loss());
                    if (step.step() % 500 == 0) System.out.println(step);
                    if (step.step() == 3000) trainer.requestStop();
                }

                @Override
                public void onValidated(long step, double loss) {
                    System.out.println(step + " " + loss);
                }
            });
        }
        assertThat(losses.get(2999)).isLessThan(losses.get(0));
    }
}

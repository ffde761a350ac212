package org.diffusion4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.image.ImageRecipe;

/** The smallest training that has everything: 4×4 images of random bytes in two classes, a network of one level. */
public final class Tiny {

    private Tiny() {}

    public static ImageRecipe recipe(String... changes) {
        return ImageRecipe.defaults()
                .with(
                        "name=tiny",
                        "model.sampleSize=4",
                        "model.inChannels=1",
                        "model.outChannels=1",
                        "model.blockOutChannels=[8]",
                        "model.downBlockTypes=[\"DownBlock2D\"]",
                        "model.upBlockTypes=[\"UpBlock2D\"]",
                        "model.layersPerBlock=1",
                        "model.normNumGroups=2",
                        "model.addAttention=false",
                        "model.numClassEmbeds=3",
                        "schedule.steps=100",
                        "schedule.betaEnd=0.1",
                        "train.steps=6",
                        "train.batchSize=8",
                        "train.learningRate=0.003",
                        "train.warmupSteps=4",
                        "train.precision=float32",
                        "train.validateEvery=2",
                        "train.sampleEvery=4",
                        "train.checkpointEvery=2",
                        "sample.steps=2")
                .with(changes);
    }

    public static ImageDataset images(int count) {
        Random random = new Random(5);
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] image = new byte[16];
            random.nextBytes(image);
            images.add(image);
        }
        int[] labels = IntStream.range(0, count).map(i -> i % 2).toArray();
        return InMemoryImages.ofBytes(images, 1, 4, 4).withLabels(labels, List.of("even", "odd"));
    }
}

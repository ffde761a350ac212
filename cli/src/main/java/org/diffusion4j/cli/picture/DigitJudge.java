package org.diffusion4j.cli.picture;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.evaluate.ClassAccuracy;
import org.diffusion4j.evaluate.Pictures;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.measure.Classifier;

/** Reads drawn digits with the classifier of MNIST that is built in. */
final class DigitJudge {

    private DigitJudge() {}

    /**
     * How many pictures show the digit that they were drawn for; empty where what was learned are not handwritten digits, of which the
     * classifier knows nothing.
     *
     * @param recipe by which the model was trained
     * @param names of its classes
     * @param pictures picture i being of class i modulo the number of classes
     */
    static OptionalLong right(ImageRecipe recipe, List<String> names, List<BufferedImage> pictures) {
        if (recipe.data().source().equals(Datasets.GLYPHS)
                || !recipe.network().pictureSize().equals(List.of(28))
                || recipe.network().inChannels() != 1) {
            return OptionalLong.empty();
        }
        try (Classifier classifier = Classifier.mnist()) {
            List<String> digits = classifier.labels();
            if (!names.equals(digits)) {
                return OptionalLong.empty();
            }
            int[] labels = IntStream.range(0, pictures.size())
                    .map(i -> i % digits.size())
                    .toArray();
            ImageDataset drawn = InMemoryImages.ofImages(pictures, true).withLabels(labels, digits);
            double share = ClassAccuracy.of(classifier, Pictures.of(drawn), (done, total) -> {})
                    .total();
            return OptionalLong.of(Math.round(share * pictures.size()));
        }
    }
}

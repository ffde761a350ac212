package org.diffusion4j.image.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.Subset;
import org.diffusion4j.data.catalog.Datasets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Real images")
class RealImagesTest {

    private static final ImageDataset GLYPHS = Datasets.open("glyphs", DataSplit.TRAIN, ReadOptions.DEFAULT);
    private static final ImageDataset TRAINING = sortedByClass();
    private static final ImageDataset TEST =
            new Subset(GLYPHS, IntStream.range(900, 950).toArray());

    /** Twenty-four of class 3, then eight of class 7. */
    private static ImageDataset sortedByClass() {
        IntStream threes =
                IntStream.range(0, 800).filter(i -> GLYPHS.label(i) == 3).limit(24);
        IntStream sevens =
                IntStream.range(0, 800).filter(i -> GLYPHS.label(i) == 7).limit(8);
        return new Subset(GLYPHS, IntStream.concat(threes, sevens).toArray());
    }

    @Test
    void have_classes_drawn_as_often_as_they_are_learned_whichever_part_is_the_reference() {
        List<Integer> labels = new RealImages("glyphs", DataSplit.TEST, TEST, TRAINING).labels(10, 0);
        assertThat(labels).hasSize(32);
        assertThat(labels).filteredOn(label -> label == 3).hasSize(24);
        assertThat(labels).filteredOn(label -> label == 7).hasSize(8);
        assertThat(new RealImages("glyphs", DataSplit.TRAIN, TRAINING, TEST).labels(10, 0))
                .isEqualTo(labels);
    }

    @Test
    void have_classes_drawn_in_an_order_of_the_seed() {
        RealImages real = new RealImages("glyphs", DataSplit.TRAIN, TRAINING, null);
        assertThat(real.labels(10, 0)).isNotEqualTo(real.labels(10, 1)).isEqualTo(real.labels(10, 0));
        assertThat(real.labels(10, 0).subList(0, 24)).contains(7);
    }

    @Test
    void leave_classes_alone_that_are_not_theirs() {
        RealImages real = new RealImages("glyphs", DataSplit.TRAIN, TRAINING, TEST);
        assertThat(real.labels(0, 0)).isEmpty();
        assertThat(real.labels(1000, 0)).isEmpty();
        ImageDataset unlabelled = InMemoryImages.ofBytes(List.of(new byte[4]), 1, 2, 2);
        assertThat(new RealImages("own", DataSplit.TRAIN, unlabelled, null).labels(0, 0))
                .isEmpty();
    }
}

package org.diffusion4j.latent.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.captions.TwoDigits;
import org.diffusion4j.data.captions.TwoDigits.Pair;
import org.diffusion4j.data.glyphs.Glyphs;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.image.measure.Classifier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("How often pairs of digits are right")
class PairAccuracyTest {

    @Test
    void counts_both_and_each_side() {
        List<Pair> asked = List.of(new Pair(1, 2), new Pair(3, 4), new Pair(5, 6), new Pair(7, 8));
        List<Pair> read = List.of(new Pair(1, 2), new Pair(3, 5), new Pair(6, 5), new Pair(7, 7));
        assertThat(PairAccuracy.of(asked, read)).isEqualTo(new PairAccuracy(4, 0.25, 0.75, 0.25));
        assertThatThrownBy(() -> PairAccuracy.of(asked, read.subList(0, 1)))
                .hasMessageContaining("there are 1 pictures and 4 pairs");
    }

    @Test
    void reads_each_half_by_the_classifier() {
        TwoDigits data = new TwoDigits(Glyphs.draw(400, 1), 60, 2, EnumSet.allOf(DataSplit.class));
        ByteBuffer pixels = ByteBuffer.allocate(data.size() * data.imageBytes());
        IntStream.range(0, data.size()).forEach(i -> data.copy(i, pixels));
        List<Pair> shown = IntStream.range(0, data.size()).mapToObj(data::pair).toList();
        try (PointerScope scope = new PointerScope();
                Classifier classifier = Classifier.mnist()) {
            Tensor batch = Tensors.of(pixels.array(), data.size(), 1, 32, 64);
            PairAccuracy found = PairAccuracy.of(shown, PairAccuracy.read(batch, classifier));
            assertThat(found.left()).isGreaterThan(0.8);
            assertThat(found.right()).isGreaterThan(0.8);
            assertThatThrownBy(() -> PairAccuracy.read(batch.narrow(3, 0, 32), classifier))
                    .hasMessageContaining("are 1×32×64, these are 1×32×32");
        }
    }
}

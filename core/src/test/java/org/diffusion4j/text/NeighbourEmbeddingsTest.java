package org.diffusion4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Embeddings by neighbours")
class NeighbourEmbeddingsTest {

    private static final int KINDS = 3;
    private static final int OF_A_KIND = 5;
    private static final int VOCABULARY = KINDS * OF_A_KIND + 1; // the last occurs nowhere
    private static final int EMBEDDING = 4;

    /** Texts of four tokens whose kinds follow each other in a circle. */
    private static Tensor texts() {
        SplittableRandom random = new SplittableRandom(3);
        long[] tokens = LongStream.range(0, 4 * 500)
                .map(i -> (i / 4 + i % 4) % KINDS * OF_A_KIND + random.nextInt(OF_A_KIND))
                .toArray();
        return Tensors.of(tokens, 500, 4);
    }

    private static double cosine(double[] all, int a, int b) {
        double product = 0;
        double ofA = 0;
        double ofB = 0;
        for (int i = 0; i < EMBEDDING; i++) {
            double left = all[a * EMBEDDING + i];
            double right = all[b * EMBEDDING + i];
            product += left * right;
            ofA += left * left;
            ofB += right * right;
        }
        return product / Math.sqrt(ofA * ofB);
    }

    @Test
    void lie_near_each_other_where_tokens_stand_among_the_same() {
        try (PointerScope scope = new PointerScope()) {
            Tensor texts = texts();
            Tensor random = new SeededNoise(1, 0).draw(0, torch.zeros(VOCABULARY, EMBEDDING));
            Tensor counts = texts.flatten().bincount(new TensorOptional(), VOCABULARY);
            double[] found = Tensors.toArray(NeighbourEmbeddings.of(texts, counts, random));
            List<Double> alike = new ArrayList<>();
            List<Double> others = new ArrayList<>();
            for (int a = 0; a < VOCABULARY - 1; a++) {
                for (int b = 0; b < a; b++) {
                    (a / OF_A_KIND == b / OF_A_KIND ? alike : others).add(cosine(found, a, b));
                }
            }
            assertThat(mean(alike)).isGreaterThan(0.7);
            assertThat(alike).allSatisfy(each -> assertThat(each).isLessThan(0.999)); // or nobody could tell them apart
            assertThat(mean(others)).isLessThan(-0.2);
            assertThat(cosine(concat(found, Tensors.toArray(random)), VOCABULARY - 1, 2 * VOCABULARY - 1))
                    .as("the one without neighbours keeps what it had")
                    .isCloseTo(1, within(1e-6));
        }
    }

    private static double mean(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static double[] concat(double[] a, double[] b) {
        return DoubleStream.concat(DoubleStream.of(a), DoubleStream.of(b)).toArray();
    }
}

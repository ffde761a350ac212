package org.diffusion4j.latent.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.latent.clip.TinyClip;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.train.Batch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Latents with captions as examples")
class LatentExamplesTest {

    private static final int COUNT = 5;

    @TempDir
    private Path folder;

    private static CaptionedImages pictures() {
        List<byte[]> none = IntStream.range(0, COUNT).mapToObj(i -> new byte[1]).toList();
        return CaptionedImages.of(
                InMemoryImages.ofBytes(none, 1, 1, 1), i -> i % 2 == 0 ? List.of("cat") : List.of("dog", "cat dog"));
    }

    /** Latent i is i + 1, mirrored −(i + 1). */
    private static Latents latents() {
        Tensor plain = Tensors.of(new double[] {1, 2, 3, 4, 5}, COUNT, 1, 1, 1).to(torch.ScalarType.Float);
        return Latents.owned(plain, plain.neg());
    }

    @Test
    void have_the_features_of_one_of_their_captions_and_the_empty_ones_in_their_place() throws Exception {
        TinyClip.write(folder);
        try (FrozenText text = FrozenText.load(folder, Compute.DEFAULT);
                CaptionFeatures features = CaptionFeatures.of(Stream.of("cat", "dog", "cat dog", "cat"), text);
                PointerScope scope = new PointerScope();
                Latents latents = latents()) {
            LatentExamples examples = new LatentExamples(pictures(), latents, features, 4, 3, "");
            double[][] known = Stream.of("cat", "dog", "cat dog")
                    .map(caption -> Tensors.toArray(features.of(features.row(caption))))
                    .toArray(double[][]::new);
            boolean[] seen = new boolean[3];
            boolean mirrored = false;
            double[] numbers = new double[COUNT];
            for (int k = 0; k < 10; k++) {
                try (Batch batch = examples.batch(k);
                        Batch again = examples.batch(k)) {
                    double[] x0 = Tensors.toArray(batch.x0().flatten());
                    assertThat(Tensors.toArray(again.x0().flatten())).containsExactly(x0);
                    Tensor states = Objects.requireNonNull(batch.condition().get(UNet2DCondition.TEXT));
                    for (int i = 0; i < x0.length; i++) {
                        int picture = (int) Math.abs(x0[i]) - 1;
                        mirrored |= x0[i] < 0;
                        numbers[picture]++;
                        double[] found = Tensors.toArray(states.narrow(0, i, 1));
                        int caption = IntStream.range(0, 3)
                                .filter(c -> Arrays.equals(known[c], found))
                                .findFirst()
                                .orElseThrow();
                        assertThat(caption == 0).isEqualTo(picture % 2 == 0);
                        seen[caption] = true;
                    }
                    Tensor none = Objects.requireNonNull(batch.unconditional().get(UNet2DCondition.TEXT));
                    assertThat(none.sizes().vec().get())
                            .isEqualTo(states.sizes().vec().get());
                    assertThat(none.sub(features.of(features.row("")))
                                    .abs()
                                    .max()
                                    .item_double())
                            .isZero();
                    assertThat(none.sub(states).abs().max().gt(new Scalar(0)).item_bool())
                            .isTrue();
                }
            }
            assertThat(seen).containsOnly(true);
            assertThat(mirrored).isTrue();
            assertThat(numbers).containsOnly(8); // two batches of four are less than two epochs of five
        }
    }
}

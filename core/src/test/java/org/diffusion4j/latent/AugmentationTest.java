package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.EpochOrder.Item;
import org.diffusion4j.data.Jitter;
import org.diffusion4j.data.captions.DrawnCaptions.Drawn;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.Tensors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The augmentation of captioned pictures")
class AugmentationTest {

    private static final double[] PICTURE =
            IntStream.range(0, 3 * 4).asDoubleStream().toArray(); // 3 high, 4 wide

    @BeforeEach
    void start() {
        Libtorch.start();
    }

    private static double[] changed(Augmentation augmentation, boolean mirrored, String caption, long seed) {
        try (PointerScope scope = new PointerScope()) {
            Tensor x0 = Tensors.of(PICTURE, 1, 1, 3, 4);
            return Tensors.toArray(augmentation.of(x0, List.of(new Drawn(new Item(0, mirrored), caption)), seed));
        }
    }

    @Test
    void mirrors_what_is_to_be_mirrored_but_never_a_caption_that_says_left_or_right() {
        Augmentation flip = new Augmentation(true, Jitter.NONE);
        double[] mirror = {3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8};
        assertThat(changed(flip, true, "red heart", 0)).isEqualTo(mirror);
        assertThat(changed(flip, false, "red heart", 0)).isEqualTo(PICTURE);
        assertThat(changed(flip, true, "bright copyright sign", 0)).isEqualTo(mirror);
        for (String side :
                List.of("Rightwards hand", "arrow upper right", "left-facing fist", "a three left of a four")) {
            assertThat(changed(flip, true, side, 0)).as(side).isEqualTo(PICTURE);
        }
        assertThat(changed(Augmentation.NONE, true, "red heart", 0)).isEqualTo(PICTURE);
    }

    @Test
    void moves_each_picture_of_a_batch_by_itself() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x0 = Tensors.of(PICTURE, 1, 1, 3, 4).repeat(40, 1, 1, 1);
            List<Drawn> drawn = Collections.nCopies(40, new Drawn(new Item(0, false), "red heart"));
            double[] values = Tensors.toArray(new Augmentation(false, new Jitter(0, 0, 1)).of(x0, drawn, 7));
            Set<List<Double>> seen = new HashSet<>();
            for (int i = 0; i < 40; i++) {
                seen.add(boxed(Arrays.copyOfRange(values, i * 12, (i + 1) * 12)));
            }
            assertThat(seen).hasSizeGreaterThan(30);
            assertThat(boxed(values)).allMatch(value -> value >= 0 && value <= 11);
        }
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}

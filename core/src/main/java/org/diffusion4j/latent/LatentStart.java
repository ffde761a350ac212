package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.PictureFile;
import org.jspecify.annotations.Nullable;

/** What a draw begins with. */
public sealed interface LatentStart {

    /** The share of the steps that are walked: 1 for all. */
    double strength();

    /** The same with its pictures in that size; what is read is made in the caller's scope. */
    default LatentStart in(GenerationParameters.Size size) {
        return this;
    }

    /** Noise alone. */
    record Noise() implements LatentStart {

        @Override
        public double strength() {
            return 1;
        }
    }

    /**
     * Another picture under noise (Meng et al., "SDEdit", ICLR 2022).
     *
     * @param picture float32 {@code [1, 3, height, width]} in [-1, 1]; borrowed
     * @param strength the share of the steps that are walked, in [0, 1]: 0 gives the picture as the autoencoder draws it, 1 nearly ignores it
     */
    record Picture(Tensor picture, double strength) implements LatentStart {

        /** Refuses a strength out of range. */
        public Picture {
            require(strength >= 0 && strength <= 1, "the strength must lie in [0, 1], was %s", strength);
        }
    }

    /**
     * A picture of which a part is drawn anew. A model with further channels for it sees the rest; any other has it put back at every step.
     *
     * @param picture as in {@link Picture}
     * @param mask float32 {@code [1, 1, height, width]}: from 0.5 on it is drawn, below it is kept; borrowed
     * @param strength as in {@link Picture}; at 1 the part begins as noise alone
     * @param pasteOriginal whether the pixels of the picture take the place of the autoencoder's where it is kept
     */
    record Inpaint(Tensor picture, Tensor mask, double strength, boolean pasteOriginal) implements LatentStart {

        /** Refuses a strength out of range, and sizes that differ. */
        public Inpaint {
            require(strength > 0 && strength <= 1, "the strength of inpainting must lie in (0, 1], was %s", strength);
            require(
                    mask.size(2) == picture.size(2) && mask.size(3) == picture.size(3),
                    "the mask must have the picture's size, %s x %s, was %s x %s",
                    picture.size(3),
                    picture.size(2),
                    mask.size(3),
                    mask.size(2));
        }
    }

    /**
     * A picture from a file, cut and resized to the size that is drawn: a {@link Picture}, or with a mask {@link Inpaint}.
     *
     * @param mask white where it is drawn anew, black where it is kept; null for no mask
     * @param strength as in {@link Picture} or {@link Inpaint}
     * @param pasteOriginal as in {@link Inpaint}
     * @param note is given a sentence for each file that is resized
     */
    record Files(Path picture, @Nullable Path mask, double strength, boolean pasteOriginal, Consumer<String> note)
            implements LatentStart {

        @Override
        public LatentStart in(GenerationParameters.Size size) {
            Tensor pixels = PictureFile.read(picture, size.width(), size.height(), note);
            if (mask == null) {
                return new Picture(pixels, strength);
            }
            Tensor white = PictureFile.read(mask, size.width(), size.height(), note)
                    .mean(new long[] {1}, true, new ScalarTypeOptional())
                    .add(new Scalar(1))
                    .div(new Scalar(2));
            return new Inpaint(pixels, white, strength, pasteOriginal);
        }
    }

    /** From noise. */
    static LatentStart noise() {
        return new Noise();
    }
}

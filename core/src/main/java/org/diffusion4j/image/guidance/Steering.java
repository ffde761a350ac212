package org.diffusion4j.image.guidance;

import java.awt.image.BufferedImage;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.DiffusionModel.DrawListener;
import org.diffusion4j.image.Draw;

/**
 * What steers a model while it draws: nothing but its own guidance, a classifier of noisy pictures, or a worse model.
 *
 * <p>Threads: may be shared, as the models may.
 */
public interface Steering {

    /** The model draws as its settings say. */
    Steering NONE = new Steering() {
        @Override
        public List<BufferedImage> draw(DiffusionModel model, Draw draw, DrawListener listener) {
            return model.draw(draw, listener);
        }

        @Override
        public Tensor pixels(DiffusionModel model, Draw draw, int first, int count) {
            return model.pixels(draw, first, count);
        }
    };

    /**
     * Draws pictures: sample i is the same picture whatever count and batch size are.
     *
     * @param model steered; borrowed
     * @param listener as {@link DiffusionModel#draw(Draw, DrawListener)} takes it
     * @throws IllegalArgumentException if the model cannot be steered so; the message says what to do
     */
    List<BufferedImage> draw(DiffusionModel model, Draw draw, DrawListener listener);

    /**
     * The pixels of some samples of a draw.
     *
     * @param model steered; borrowed
     * @param first the index of the first, whatever the draw's count is
     * @return uint8 {@code [count, channels, height, width]}, made in the caller's scope
     * @throws IllegalArgumentException as {@link #draw} does
     */
    Tensor pixels(DiffusionModel model, Draw draw, int first, int count);

    /** How many classes can be asked for. */
    default int classes(DiffusionModel model) {
        return model.classes();
    }

    /** How often networks of diffusion models were asked so far, as {@link DiffusionModel#networkCalls} counts. */
    default long networkCalls(DiffusionModel model) {
        return model.networkCalls();
    }
}

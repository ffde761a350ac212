package org.diffusion4j;

import java.awt.image.BufferedImage;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.sample.DiffusionModel;
import org.diffusion4j.sample.DiffusionModel.DrawListener;
import org.diffusion4j.sample.Draw;
import org.diffusion4j.sample.Inpainting;
import org.diffusion4j.sample.Inversion;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.SdEdit;
import org.diffusion4j.schedule.TimeGrid;

/**
 * What one does with a model and pictures of one's own: reconstruct them, vary them, draw parts of them anew.
 *
 * <p>Sample i of a draw belongs to image i, and the images are repeated as needed: of n images and 3n samples each image has three.
 * Images have the model's size and channels. Threads: may be shared.
 *
 * @param model lent
 */
public record Editor(DiffusionModel model) {

    /** Given pictures, to be shown beside what was made of them. */
    public static List<BufferedImage> pictures(ImageDataset images) {
        try (PointerScope scope = new PointerScope()) {
            return new PixelCodec().toImages(new Given(images).x0(0, images.size()));
        }
    }

    /**
     * Pictures that were encoded and decoded.
     *
     * @param errors for each the mean squared difference from what was given, per colour value on the scale [0, 1]
     */
    public record Reconstruction(List<BufferedImage> pictures, List<Double> errors) {

        /** The mean of the errors. */
        public double error() {
            return errors.stream().mapToDouble(error -> error).average().orElseThrow();
        }
    }

    /**
     * Encodes pictures as noise and draws them from it again, by {@link Inversion}; the error is that of DDIM's table 2.
     *
     * @param draw with {@link SampleSettings#encoding}
     */
    public Reconstruction reconstruct(Draw draw, ImageDataset images, DrawListener listener) {
        Given given = Given.to(model, images);
        Inversion inversion = Inversion.by(draw.settings(), model.process());
        List<Double> errors = new ArrayList<>();
        List<BufferedImage> pictures = model.draw(draw, listener, batch -> {
            Tensor x0 = given.x0(batch.first(), batch.size());
            Tensor back = inversion.reconstruct(model.unlimited(batch.labels()), x0, batch.listener());
            Tensor onUnitScale = back.sub(x0).div(new Scalar(2));
            errors.addAll(values(onUnitScale.square().flatten(1, -1).mean(1)));
            return back;
        });
        return new Reconstruction(pictures, errors);
    }

    private static List<Double> values(Tensor vector) {
        double[] values = new double[(int) vector.numel()];
        vector.to(ScalarType.Double).<DoubleBuffer>createBuffer().get(values);
        return Arrays.stream(values).boxed().toList();
    }

    /**
     * Draws from pictures under noise, by {@link SdEdit}: variations of them, or pictures of another class in their shape.
     *
     * @param strength the share of the steps that are walked, in [0, 1]: how much is new
     */
    public List<BufferedImage> vary(Draw draw, ImageDataset images, double strength, DrawListener listener) {
        Given given = Given.to(model, images);
        SdEdit edit = new SdEdit(draw.settings().make(), strength);
        TimeGrid grid = grid(draw.settings());
        return model.draw(
                draw,
                listener,
                batch -> edit.sample(
                        model.denoiser(batch.labels(), draw.settings().guidance()),
                        grid,
                        given.x0(batch.first(), batch.size()),
                        batch.noise(),
                        batch.listener()));
    }

    /** The times that {@link #vary} walks; none for the strength 0. */
    public Optional<TimeGrid> walked(Draw draw, double strength) {
        return new SdEdit(draw.settings().make(), strength).rest(grid(draw.settings()));
    }

    /**
     * Draws the masked part of pictures anew, by {@link Inpainting}.
     *
     * @param jump how many steps RePaint goes back, its j
     * @param times how often it walks each part of the way, its r; 1 for plain replacement
     */
    public List<BufferedImage> inpaint(
            Draw draw, ImageDataset images, Mask mask, int jump, int times, DrawListener listener) {
        Given given = Given.to(model, images);
        mask.requireFits(images);
        TimeGrid grid = grid(draw.settings()).resampled(jump, times);
        return model.draw(draw, listener, batch -> {
            Tensor x0 = given.x0(batch.first(), batch.size());
            Tensor start = model.start(batch.size(), batch.noise());
            return new Inpainting(draw.settings().make(), x0, mask.kept())
                    .sample(
                            model.denoiser(batch.labels(), draw.settings().guidance()),
                            grid,
                            start,
                            batch.noise(),
                            batch.listener());
        });
    }

    private TimeGrid grid(SampleSettings settings) {
        return settings.grid(model.process().table().steps());
    }
}

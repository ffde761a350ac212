package org.diffusion4j.image;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.edit.Inpainting;
import org.diffusion4j.edit.Inversion;
import org.diffusion4j.edit.SdEdit;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.image.DiffusionModel.DrawListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.TimeGrid;

/**
 * What one does with a model and pictures of one's own: reconstruct them, vary them, draw parts of them anew.
 *
 * <p>Sample i of a draw belongs to image i, and the images are repeated as needed: of n images and 3n samples each image has three.
 * Images have the model's size and channels. Threads: may be shared.
 *
 * @param model borrowed
 */
public record Editor(DiffusionModel model) {

    /** Given pictures, to be shown beside what was made of them. */
    public static List<BufferedImage> pictures(ImageDataset images) {
        try (PointerScope scope = new PointerScope()) {
            return new PixelCodec().toImages(new InputImages(images, Device.CPU).x0(0, images.size()));
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
        InputImages given = InputImages.to(model, images);
        Inversion inversion = Inversion.by(draw.settings(), model.process());
        List<Double> errors = new ArrayList<>();
        List<BufferedImage> pictures = model.draw(draw, listener, batch -> {
            Tensor x0 = given.x0(batch.first(), batch.size());
            Tensor back = inversion.reconstruct(model.unlimited(batch.labels()), x0, batch.listener());
            Tensor onUnitScale = back.sub(x0).div(new Scalar(2));
            DoubleStream.of(Tensors.toArray(onUnitScale.square().flatten(1, -1).mean(1)))
                    .forEach(errors::add);
            return back;
        });
        return new Reconstruction(pictures, errors);
    }

    /**
     * Draws from pictures under noise, by {@link SdEdit}: variations of them, or pictures of another class in their shape.
     *
     * @param strength the share of the steps that are walked, in [0, 1]: how much is new
     */
    public List<BufferedImage> vary(Draw draw, ImageDataset images, double strength, DrawListener listener) {
        InputImages given = InputImages.to(model, images);
        SamplingPlan plan = model.plan(draw.settings());
        SdEdit edit = new SdEdit(plan.sampler(), strength);
        return model.draw(
                draw,
                listener,
                batch -> edit.sample(
                        plan.denoiser(batch.labels()),
                        plan.grid(),
                        given.x0(batch.first(), batch.size()),
                        batch.noise(),
                        batch.listener()));
    }

    /** The times that {@link #vary} walks; none for the strength 0. */
    public Optional<TimeGrid> walked(Draw draw, double strength) {
        SamplingPlan plan = model.plan(draw.settings());
        return new SdEdit(plan.sampler(), strength).rest(plan.grid());
    }

    /**
     * Draws the masked part of pictures anew, by {@link Inpainting}.
     *
     * @param jump how many steps RePaint goes back, its j
     * @param times how often it walks each part of the way, its r; 1 for plain replacement
     */
    public List<BufferedImage> inpaint(
            Draw draw, ImageDataset images, Mask mask, int jump, int times, DrawListener listener) {
        InputImages given = InputImages.to(model, images);
        mask.requireFits(images);
        SamplingPlan plan = model.plan(draw.settings());
        TimeGrid grid = plan.grid().resampled(jump, times);
        return model.draw(draw, listener, batch -> {
            Tensor x0 = given.x0(batch.first(), batch.size());
            Tensor start = model.start(batch.size(), batch.noise());
            return new Inpainting(plan.sampler(), x0, model.compute().device().place(mask.kept()))
                    .sample(plan.denoiser(batch.labels()), grid, start, batch.noise(), batch.listener());
        });
    }
}

package org.diffusion4j.image;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.edit.Inversion;
import org.diffusion4j.edit.Slerp;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.image.DiffusionModel.DrawListener;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;

/**
 * Pictures between pictures: drawn from the noise between the noise of two, which {@link Slerp} finds. Row r of the result goes from
 * end 2r to end 2r + 1, and has both.
 *
 * <p>DDIM, section 5.3 and figure 6. Threads: may be shared.
 *
 * @param model borrowed
 * @param columns pictures in a row, at least 2
 */
public record Interpolation(DiffusionModel model, int columns) {

    public Interpolation {
        require(columns >= 2, "a row needs at least 2 columns, was %s", columns);
    }

    /**
     * Between samples 2r and 2r + 1 of the seed; row r is of the class of sample r of the draw.
     *
     * @param draw its count is that of the rows; a sampler that adds no noise, such as DDIM, draws smooth rows
     */
    public List<BufferedImage> ofSamples(Draw draw, DrawListener listener) {
        SamplingPlan plan = model.plan(draw.settings());
        return model.draw(across(draw, draw.count(), this::row), listener, batch -> {
            Tensor from = model.start(batch.size(), noise(draw.seed(), batch, 0));
            Tensor to = model.start(batch.size(), noise(draw.seed(), batch, 1));
            Tensor start = Slerp.between(from, to, shares(batch));
            return plan.sample(start, batch.labels(), batch.noise(), batch.listener());
        });
    }

    /**
     * Between images 2r and 2r + 1, each encoded by {@link Inversion} under the label of the draw's sample of its index; what is
     * between has the label of the nearer end. All are encoded at once.
     *
     * @param draw with {@link SampleSettings#encoding}
     * @param images an even number, of the model's size and channels
     */
    public List<BufferedImage> ofImages(Draw draw, ImageDataset images, DrawListener listener) {
        int ends = images.size();
        require(ends % 2 == 0, "pictures are joined in pairs, so an even number is needed, not %s", ends);
        InputImages given = InputImages.to(model, images);
        Inversion inversion = Inversion.by(draw.settings(), model.process());
        try (PointerScope scope = new PointerScope();
                Tensor codes = inversion.encode(
                        model.unlimited(model.labels(draw, 0, ends)), given.x0(0, ends), SampleListener.NONE)) {
            return model.draw(across(draw, ends / 2, this::nearerEnd), listener, batch -> {
                Tensor from = at(codes, ends(batch, 0));
                Tensor to = at(codes, ends(batch, 1));
                Tensor between = Slerp.between(from, to, shares(batch));
                return inversion.decode(model.unlimited(batch.labels()), between, batch.listener());
            });
        }
    }

    private static Tensor at(Tensor codes, long[] rows) {
        return codes.index_select(0, Tensors.of(rows).to(codes.device(), ScalarType.Long));
    }

    /** As many samples as the rows have pictures, each of the class of the draw's sample that is said. */
    private Draw across(Draw draw, int rows, IntUnaryOperator classOf) {
        List<Integer> labels = model.classes() == 0
                ? draw.labels()
                : IntStream.range(0, rows * columns)
                        .mapToObj(i -> draw.label(classOf.applyAsInt(i), model.classes()))
                        .toList();
        return draw.withCount(rows * columns).withLabels(labels);
    }

    private int row(int i) {
        return i / columns;
    }

    private double share(int i) {
        return i % columns / (columns - 1.0);
    }

    private int nearerEnd(int i) {
        return 2 * row(i) + (share(i) < 0.5 ? 0 : 1);
    }

    private double[] shares(DiffusionModel.Batch batch) {
        return batch.indices().mapToDouble(this::share).toArray();
    }

    /** The first or the second end of each sample's row. */
    private long[] ends(DiffusionModel.Batch batch, int which) {
        return batch.indices().mapToLong(i -> 2L * row(i) + which).toArray();
    }

    private SeededNoise noise(long seed, DiffusionModel.Batch batch, int which) {
        return new SeededNoise(Arrays.stream(ends(batch, which))
                .mapToObj(end -> new SeededNoise.Stream(seed, end))
                .toList());
    }
}

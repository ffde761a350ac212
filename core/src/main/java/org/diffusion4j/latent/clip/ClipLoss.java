package org.diffusion4j.latent.clip;

import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.clip.ClipPictures;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.latent.CaptionExamples;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.clip.ClipModel;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.TimeSampler;
import org.diffusion4j.train.TimeSampling;

/**
 * How hard it is to find the picture of each caption, and the caption of each picture, among those of the batch.
 *
 * <p>Radford et al., ICML 2021, figure 3: the mean of two cross entropies. There is no time: all are 0.
 *
 * @param model borrowed
 * @param pictures how the vision tower's pictures are normalized
 */
record ClipLoss(ClipModel model, ClipPictures pictures) implements Loss {

    private static final double LARGEST_SCALE = 100; // section 2.5

    /**
     * The loss of each pair.
     *
     * @param x0 pictures in [-1, 1]
     * @param condition {@link CaptionExamples#TOKENS}
     */
    @Override
    public Tensor of(Tensor x0, Condition condition, double[] times, Tensor noise) {
        Tensor rows = Objects.requireNonNull(condition.get(CaptionExamples.TOKENS), CaptionExamples.TOKENS);
        Tensor cosines = model.textFeatures(rows)
                .matmul(model.pictureFeatures(normalized(x0)).t());
        Tensor logits = cosines.mul(torch.clamp_max(model.scale(), new Scalar(LARGEST_SCALE)));
        return ClipModel.losses(logits);
    }

    private Tensor normalized(Tensor x0) {
        Tensor unit = x0.add(new Scalar(1)).mul(new Scalar(0.5));
        return unit.sub(channels(pictures.mean()).to(x0))
                .div(channels(pictures.std()).to(x0));
    }

    private static Tensor channels(List<Double> values) {
        return Tensors.of(values.stream().mapToDouble(Double::doubleValue).toArray(), 1, values.size(), 1, 1);
    }

    @Override
    public TimeSampler times() {
        return TimeSampling.UNIFORM.of(1);
    }

    @Override
    public double timeAt(double share) {
        return 0;
    }
}

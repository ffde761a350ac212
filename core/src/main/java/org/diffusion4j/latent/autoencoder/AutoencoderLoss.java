package org.diffusion4j.latent.autoencoder;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.TimeSampler;
import org.diffusion4j.train.TimeSampling;
import org.jspecify.annotations.Nullable;

/**
 * How far a picture is from what becomes of it by way of its latents, and what these cost.
 *
 * <p>Rombach et al., CVPR 2022, section 3.1 and appendix G, and Esser et al., CVPR 2021, equations 4 and 5, as their code has it without
 * the adversarial term: |x − x̂|, the mean of a picture, weight · perceptual distance, and the penalty of the latents. There is no time:
 * all are 0.
 *
 * @param perceptual what the pictures are compared by beside their values, or null
 * @param perceptualWeight of that
 */
record AutoencoderLoss(Bottleneck bottleneck, @Nullable PerceptualDistance perceptual, double perceptualWeight)
        implements Loss {

    /**
     * The terms of each picture, made in the caller's scope.
     *
     * @param pictures what came back
     * @param error {@code [batch]}: the absolute error and the perceptual distance
     * @param penalty {@code [batch]}
     */
    record Terms(Tensor pictures, Tensor error, Tensor penalty) {}

    /** The terms of pictures. */
    Terms terms(Tensor x0, Tensor noise) {
        Bottleneck.Passed passed = bottleneck.pass(x0, noise);
        Tensor error = absoluteError(x0, passed.pictures());
        return new Terms(
                passed.pictures(),
                perceptual == null
                        ? error
                        : error.add(perceptual.of(x0, passed.pictures()), new Scalar(perceptualWeight)),
                passed.penalty());
    }

    private static Tensor absoluteError(Tensor x0, Tensor again) {
        return again.sub(x0).abs().flatten(1, -1).mean(1);
    }

    /**
     * The loss of each picture.
     *
     * @param x0 pictures in [-1, 1]
     */
    @Override
    public Tensor of(Tensor x0, Condition condition, double[] times, Tensor noise) {
        Terms terms = terms(x0, noise);
        return terms.error.add(terms.penalty);
    }

    /** Those of the latents, and where the error has two parts both. */
    @Override
    public Map<String, Double> figures(Tensor x0, Condition condition, double[] times, Tensor noise) {
        Map<String, Double> figures = new LinkedHashMap<>(bottleneck.figures(x0));
        if (perceptual != null) {
            try (PointerScope scope = new PointerScope()) {
                Tensor again = bottleneck.pass(x0, noise).pictures();
                figures.put("absoluteError", absoluteError(x0, again).mean().item_double());
                figures.put("perceptual", perceptual.of(x0, again).mean().item_double());
            }
        }
        return figures;
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

package org.diffusion4j.latent.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.image.measure.Classifier;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.nn.vae.AutoencoderKLConfig;
import org.diffusion4j.nn.vae.PatchDiscriminator;
import org.diffusion4j.train.Trainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The terms of an autoencoder's loss")
class AdversaryTest {

    private final PointerScope scope = new PointerScope();

    @AfterEach
    void free() {
        scope.close();
    }

    private static Tensor wave(double phase, long... shape) {
        double[] values = new double[(int) (shape[0] * shape[1] * shape[2] * shape[3])];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.9 * Math.sin(0.7 * i + phase);
        }
        return Tensors.of(values, shape);
    }

    /** Of places (3, 4) and (4, 3), unit vectors (0.6, 0.8) and (0.8, 0.6), 0.08; of (1, 0) and (0, 2) 2; the mean is 1.04. */
    @Test
    void compare_features_by_their_direction() {
        Tensor left = Tensors.of(new double[] {3, 1, 4, 0}, 1, 2, 1, 2);
        Tensor right = Tensors.of(new double[] {4, 0, 3, 2}, 1, 2, 1, 2);
        assertThat(PerceptualDistance.level(left, right).item_double()).isCloseTo(1.04, within(1e-9));
        Tensor nothing = Tensors.of(new double[] {0, 0}, 1, 2, 1, 1).requires_grad_(true);
        PerceptualDistance.level(nothing, Tensors.of(new double[] {1, 0}, 1, 2, 1, 1))
                .sum()
                .backward();
        assertThat(nothing.grad().isfinite().all().item_bool()).isTrue();
    }

    @Test
    void sum_the_distance_over_all_levels_of_the_classifier() {
        try (Classifier classifier = Classifier.mnist()) {
            Tensor x = wave(0, 2, 1, 28, 28).to(ScalarType.Float);
            Tensor y = wave(1, 2, 1, 28, 28).to(ScalarType.Float).requires_grad_(true);
            PerceptualDistance distance = new PerceptualDistance(classifier);
            double expected = 0;
            assertThat(classifier.maps(x)).hasSize(4);
            for (int i = 0; i < 4; i++) {
                double[] left =
                        Tensors.toArray(classifier.maps(x).get(i).select(0, 1).flatten(1, -1));
                double[] right =
                        Tensors.toArray(classifier.maps(y).get(i).select(0, 1).flatten(1, -1));
                expected += cosineDistance(
                        left, right, (int) classifier.maps(x).get(i).size(1));
            }
            Tensor found = distance.of(x, y);
            assertThat(found.select(0, 1).item_double()).isCloseTo(expected, within(1e-4 * expected));
            found.sum().backward();
            assertThat(y.grad().abs().max().item_double()).isPositive();
            assertThat(Tensors.toArray(distance.of(x, x))).containsExactly(0, 0);
        }
    }

    /** The mean over places of |a − b|² = 2 − 2·cos of unit vectors. */
    private static double cosineDistance(double[] left, double[] right, int channels) {
        int places = left.length / channels;
        double sum = 0;
        for (int p = 0; p < places; p++) {
            double dot = 0;
            double a = 0;
            double b = 0;
            for (int c = 0; c < channels; c++) {
                dot += left[c * places + p] * right[c * places + p];
                a += left[c * places + p] * left[c * places + p];
                b += right[c * places + p] * right[c * places + p];
            }
            sum += 2 - 2 * dot / Math.sqrt(a * b);
        }
        return sum / places;
    }

    /** The gradient of the mean of (w·(3, 4), w·(9, 12)) is (6, 8), of length 10; that of the other is (0, 2). */
    @Test
    void make_the_adversarial_gradient_as_long_as_that_of_the_error_in_the_last_layer() {
        Tensor last = Tensors.of(new double[] {0.5, -2}).requires_grad_(true);
        Tensor error = Tensors.of(new double[] {3, 4, 9, 12}, 2, 2).matmul(last);
        Tensor fooling = Tensors.of(new double[] {0, 1, 0, 3}, 2, 2).matmul(last);
        assertThat(Adversary.adaptive(error, fooling, last)).isCloseTo(10 / (2 + 1e-4), within(1e-12));
        Tensor weak = fooling.mul(new Scalar(0.0));
        assertThat(Adversary.adaptive(error, weak, last))
                .as("10 / 1e-4, but at most")
                .isEqualTo(1e4);
        error.sum().backward(); // the graph is there still
        assertThat(Tensors.toArray(last.grad())).containsExactly(12, 16);
    }

    @Test
    void are_those_of_the_hinge_loss() {
        AutoencoderKLConfig config = AutoencoderTrainingTest.recipe(1).model();
        try (AutoencoderKL autoencoder = new AutoencoderKL(config, 3, ScalarType.Double);
                PatchDiscriminator discriminator =
                        new PatchDiscriminator(new PatchDiscriminator.Config(1, 8, 1), 0, ScalarType.Double)) {
            autoencoder.parameters().enableGradients();
            discriminator.parameters().enableGradients();
            discriminator.parameters().values().mul_(new Scalar(10.0)); // so that some patches are beyond the hinge
            AutoencoderLoss alone = new AutoencoderLoss(new KlBottleneck(autoencoder, 0.5), null, 0);
            DiscriminatorSettings settings = new DiscriminatorSettings(0.8, 7, 8, 1, 2);
            Trainer.Opponent opponent = new Adversary(alone, autoencoder, discriminator, settings).opponent();
            assertThat(opponent.after()).isEqualTo(7);
            assertThat(opponent.rate()).isEqualTo(2);

            Tensor x = wave(0, 2, 1, 8, 8);
            Tensor noise = wave(2, 2, 1, 8, 8);
            AutoencoderLoss.Terms terms = alone.terms(x, noise);
            double[] real = Tensors.toArray(discriminator.of(x).flatten());
            double[] made = Tensors.toArray(discriminator.of(terms.pictures()).flatten());
            double judged = 0;
            double believed = 0;
            for (int i = 0; i < real.length; i++) {
                judged += 0.5 * (Math.max(0, 1 - real[i]) + Math.max(0, 1 + made[i])) / real.length;
                believed += made[i] / real.length;
            }
            Tensor own = opponent.own().of(x, Condition.NONE, new double[2], noise);
            assertThat(own.mean().item_double()).isCloseTo(judged, within(1e-12));
            own.mean().backward();
            assertThat(discriminator.parameters().gradients().norm().item_double())
                    .isPositive();
            assertThat(autoencoder.parameters().gradients().norm().item_double())
                    .isZero();

            Tensor fooling = discriminator.of(terms.pictures()).mean(1).neg();
            double adaptive = Adversary.adaptive(terms.error(), fooling, autoencoder.lastLayer());
            assertThat(adaptive).isPositive();
            double expected = terms.error().add(terms.penalty()).mean().item_double() - 0.8 * adaptive * believed;
            Tensor against = opponent.against().of(x, Condition.NONE, new double[2], noise);
            assertThat(against.mean().item_double()).isCloseTo(expected, within(1e-12));
        }
    }
}

package org.diffusion4j.text;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.text.Vocabulary;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.train.ObjectiveSettings;

/**
 * How many bits a model needs for texts, by the variational bound of a code that sends x_s at some timestep s through the chain and then the
 * tokens by the rounding layer at the network's estimate there. s is the one that needs fewest: early timesteps would send the first noise of
 * the embeddings, of which a text has nothing.
 *
 * <p>Each text is noised to a few timesteps, which over all texts are spread evenly over the chain; the sum over timesteps is estimated by
 * their mean. Words that the model does not know are coded as unknown.
 *
 * @param bitsPerToken of words or characters, the end of each text included
 * @param standardError of that as an estimate for these texts; NaN where each was noised once only
 * @param perplexity 2 to the power of that: an upper bound, to be compared with that of other models
 * @param tokens how many were coded
 */
public record TextLikelihood(double bitsPerToken, double standardError, double perplexity, long tokens) {

    private static final int BATCH = 64;
    private static final double NATS_PER_BIT = Math.log(2);
    private static final int PARTS = 20; // of the chain, among which s is chosen

    /** What texts need at their timesteps, in nats: for all steps of the chain, for the tokens there, and for x_T. */
    private record Needs(double[] times, double[] chain, double[] tokens, double[] prior) {}

    /**
     * The bits of texts.
     *
     * @param texts at least one; those that are longer than a row are cut
     * @param timesteps how many of each text
     * @param listener sees how many texts are done at how many timesteps
     */
    public static TextLikelihood of(
            TextModel model, List<String> texts, int timesteps, long seed, WriteListener listener) {
        require(timesteps >= 1, "the timesteps of each text must be at least 1, were %s", timesteps);
        TextRecipe recipe = model.recipe();
        List<int[]> rows = recipe.data()
                .layout()
                .rows(model.vocabulary(), texts, recipe.data().length());
        require(
                rows.size() >= PARTS,
                "the likelihood needs at least %s rows of %s tokens, the texts fill %s",
                PARTS,
                recipe.data().length(),
                rows.size());
        int total = model.process().table().steps();
        double[][] bits = new double[timesteps][Math.min(PARTS, total)];
        try (CloseGuard.Use use = model.network().parameters().use()) {
            for (int pass = 0; pass < timesteps; pass++) {
                double[] times = times(model, rows.size(), seed + pass);
                for (Needs needs : needs(model, rows, times, seed, pass, timesteps, listener)) {
                    add(needs, total, bits[pass]);
                }
            }
        }
        return summary(bits, rows);
    }

    private static List<Needs> needs(
            TextModel model,
            List<int[]> rows,
            double[] times,
            long seed,
            int pass,
            int passes,
            WriteListener listener) {
        List<Needs> needs = new ArrayList<>();
        for (int first = 0; first < rows.size(); first += BATCH) {
            Cancellation.checkpoint();
            int end = Math.min(first + BATCH, rows.size());
            needs.add(ofBatch(
                    model,
                    rows.subList(first, end),
                    Arrays.copyOfRange(times, first, end),
                    new SeededNoise(seed, first),
                    pass));
            listener.at((long) pass * rows.size() + end, (long) passes * rows.size());
        }
        return needs;
    }

    /** Timesteps spread evenly over the chain, in random order. */
    private static double[] times(TextModel model, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int total = model.process().table().steps();
        double start = random.nextDouble();
        List<Double> times = new ArrayList<>(IntStream.range(0, count)
                .mapToObj(i -> Math.floor((i + start) / count * total))
                .toList());
        Collections.shuffle(times, new Random(random.nextLong()));
        return times.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Needs ofBatch(TextModel model, List<int[]> rows, double[] times, NoiseStream noise, int pass) {
        TextRecipe recipe = model.recipe();
        TextTransformer network = model.network();
        int length = recipe.data().length();
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            long[] tokens =
                    rows.stream().flatMapToInt(Arrays::stream).asLongStream().toArray();
            Tensor like = torch.zeros(rows.size(), length, recipe.model().embedding());
            Tensor ids = Tensors.of(tokens, rows.size(), length);
            NoisyTexts texts = NoisyTexts.of(
                    model.process(),
                    ids,
                    network.embed(ids),
                    null,
                    times,
                    noise.draw(2 * pass, like),
                    noise.draw(2 * pass + 1, like));
            Tensor output = new TextLoss(
                            network,
                            model.process(),
                            model.prediction(),
                            recipe.timeScale(),
                            ObjectiveSettings.simple())
                    .outputTwice(texts, times);
            Tensor x0 = model.prediction().x0(output, texts.xt(), texts.level());
            Chain chain = new Chain(model.process());
            // x0 is the embedding and its first noise, of which x_t says a share
            Tensor embedding = x0.sub(texts.xt().mul(column(times, chain::noiseShare, x0)))
                    .div(column(times, chain::embeddingShare, x0));
            Tensor errors =
                    texts.embedded().sub(embedding).square().flatten(1, -1).sum(1);
            double numbers = (double) length * recipe.model().embedding();
            return new Needs(
                    times,
                    Tensors.toArray(errors.mul(column(times, chain::weight, x0).flatten())),
                    Tensors.toArray(model.prediction().surprise(texts, output).sum(1)),
                    Arrays.stream(Tensors.toArray(
                                    texts.embedded().square().flatten(1, -1).sum(1)))
                            .map(squares -> chain.prior(squares, numbers))
                            .toArray());
        }
    }

    private static Tensor column(double[] times, DoubleUnaryOperator of, Tensor like) {
        return Tensors.of(Arrays.stream(times).map(of).toArray(), times.length, 1, 1)
                .to(like);
    }

    /**
     * Adds to the bits of each choice of s: a timestep at random in one of the parts of the chain. A text at timestep t then stands for the
     * tokens in t's own part, and for the steps of the chain with the probability that s lies below t.
     */
    private static void add(Needs needs, int total, double[] sums) {
        int parts = sums.length;
        for (int i = 0; i < needs.times.length; i++) {
            int t = (int) needs.times[i];
            int own = t * parts / total;
            int first = (own * total + parts - 1) / parts;
            int size = ((own + 1) * total + parts - 1) / parts - first;
            for (int part = 0; part < parts; part++) {
                double below = part < own ? 1 : part == own ? (double) (t - first) / size : 0;
                double tokens = part == own ? (double) total / size * needs.tokens[i] : 0;
                sums[part] += (below * needs.chain[i] + tokens + needs.prior[i]) / NATS_PER_BIT;
            }
        }
    }

    /**
     * The chain from an embedding e on: x0 = e + sigma0·z, then x_0 … x_{T−1}. Given e alone {@code x_t ~ N(alpha·e, alpha²·sigma0² +
     * sigma²)}, so that the divergence of a step is half the fall of the signal-to-noise ratio times the squared error of e (Kingma et al.,
     * "Variational Diffusion Models", NeurIPS 2021, equation 13).
     */
    private record Chain(DiscreteProcess process) {

        /** Of a timestep; −1 for x0. */
        private double variance(double t) {
            double alpha = process.alpha(t);
            double sigma = process.sigma(t);
            double first = process.sigma(0);
            return alpha * alpha * first * first + sigma * sigma;
        }

        private double snr(double t) {
            return process.alpha(t) * process.alpha(t) / variance(t);
        }

        /** What the squared error at one timestep stands for, where all timesteps are estimated by it, in nats. */
        double weight(double t) {
            return process.table().steps() * (snr(t - 1) - snr(t)) / 2;
        }

        /** k of {@code E[x0 | x_t, e] = (1 − k·alpha)·e + k·x_t}. */
        double noiseShare(double t) {
            double first = process.sigma(0);
            return process.alpha(t) * first * first / variance(t);
        }

        double embeddingShare(double t) {
            return 1 - noiseShare(t) * process.alpha(t);
        }

        /** KL(q(x_{T−1} | e) ‖ N(0, 1)) of so many numbers, in nats. */
        double prior(double squares, double numbers) {
            double last = process.table().steps() - 1.0;
            double alpha = process.alpha(last);
            double variance = variance(last);
            return (numbers * (variance - 1 - Math.log(variance)) + alpha * alpha * squares) / 2;
        }
    }

    private static TextLikelihood summary(double[][] bits, List<int[]> rows) {
        long tokens = rows.stream()
                .flatMapToInt(Arrays::stream)
                .filter(token -> token != Vocabulary.START && token != Vocabulary.PAD)
                .count();
        int best = IntStream.range(0, bits[0].length)
                .boxed()
                .min(Comparator.comparingDouble((Integer part) -> mean(bits, part)))
                .orElseThrow();
        double mean = mean(bits, best);
        int passes = bits.length;
        double squares = Arrays.stream(bits)
                .mapToDouble(pass -> (pass[best] - mean) * (pass[best] - mean))
                .sum();
        double error = passes == 1 ? Double.NaN : Math.sqrt(squares / (passes - 1) / passes) / tokens;
        return new TextLikelihood(mean / tokens, error, Math.pow(2, mean / tokens), tokens);
    }

    private static double mean(double[][] bits, int part) {
        return Arrays.stream(bits).mapToDouble(pass -> pass[part]).average().orElseThrow();
    }
}

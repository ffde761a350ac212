package org.diffusion4j.golden;

import java.util.Arrays;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.continuous.GeometricLevels;
import org.diffusion4j.train.score.ContinuousLoss;
import org.diffusion4j.train.score.ErrorWeight;
import org.diffusion4j.train.score.LevelTimes;
import org.diffusion4j.train.score.ScoreMatching;

/** NCSN's losses of the score {@code W·tanh(V·x + b)}, which at a level is divided by sigma, and their gradients. */
final class NcsnLossesCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("ncsn") && golden.symbol().startsWith("losses.dsm");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        golden.needsNo("config.batch", "config.dim"); // in the shapes
        try (AutoGradMode withGradients = new AutoGradMode(true)) {
            Tensor w = tensor(golden, "W").requires_grad_(true);
            Tensor v = tensor(golden, "V");
            Tensor b = tensor(golden, "b");
            Tensor x = tensor(golden, "x");
            double[] sigmas = golden.input("sigmas").values();
            double[] y = golden.input("y").values();
            double dim = x.size(1);
            ScoreMatching.Score plain = at -> at.matmul(v.t()).add(b).tanh().matmul(w.t());
            Tensor levels =
                    Tensors.of(Arrays.stream(y).map(k -> sigmas[(int) k]).toArray(), y.length, 1);

            for (String loss : new String[] {"anneal_dsm_v1", "anneal_dsm_v2"}) {
                if (loss.endsWith("v2") && golden.config().get("anneal_power").asDouble() != 2) {
                    throw new IllegalArgumentException("the error of eps has the power 2");
                }
                Tensor found = atLevels(plain, sigmas).of(x, Condition.NONE, times(y, sigmas), noise(golden, loss, 0));
                expect(out, loss, found.mul(new Scalar(dim / 2)), w);
            }
            double sigma = golden.config().get("sigma").asDouble();
            expect(out, "dsm", ScoreMatching.denoising(plain, x, sigma, noise(golden, "dsm", 0)), w);

            int particles = golden.config().get("n_particles").asInt();
            Tensor repeated = x.repeat(particles, 1);
            Tensor z = noise(golden, "sliced", 0);
            Tensor unit = z.div(z.square().sum(1).sqrt().unsqueeze(1));
            expect(out, "sliced", ScoreMatching.sliced(plain, repeated, unit), w);
            expect(
                    out,
                    "sliced_vr",
                    ScoreMatching.slicedWithLessVariance(plain, repeated, noise(golden, "sliced_vr", 0)),
                    w);

            Tensor noised =
                    x.add(levels.mul(noise(golden, "anneal_sliced_vr", 0))).repeat(particles, 1);
            Tensor everyLevel = levels.repeat(particles, 1);
            ScoreMatching.Score everywhere = at -> plain.at(at).div(everyLevel);
            Tensor annealed = ScoreMatching.slicedWithLessVariance(
                            everywhere, noised, noise(golden, "anneal_sliced_vr", 1))
                    .sum()
                    .mul(everyLevel.square().squeeze(1));
            expect(out, "anneal_sliced_vr", annealed, w);

            ScoreMatching.Score ofEnergy =
                    at -> gradient(at.matmul(v.t()).add(b).tanh().square().sum().mul(new Scalar(0.5)), at)
                            .neg();
            out.expect(
                    "loss_single_sliced",
                    ScoreMatching.sliced(
                                    ofEnergy,
                                    x,
                                    noise(golden, "single_sliced", 0).sign())
                            .sum()
                            .mean());
            out.expect(
                    "loss_partial_sliced",
                    ScoreMatching.slicedWithLessVariance(
                                    ofEnergy,
                                    x,
                                    noise(golden, "partial_sliced", 0).sign())
                            .sum()
                            .mean());
        }
    }

    /** The reference counts levels from the noisiest. */
    private static double[] times(double[] y, double[] sigmas) {
        return Arrays.stream(y).map(k -> sigmas.length - 1 - k).toArray();
    }

    private static ContinuousLoss atLevels(ScoreMatching.Score plain, double[] sigmas) {
        GeometricLevels process = new GeometricLevels(sigmas[sigmas.length - 1], sigmas[0], sigmas.length);
        Parameters none = new Parameters();
        Network network = new Network() {
            @Override
            public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
                double[] labels = Tensors.toArray(timesteps);
                double[] levels =
                        Arrays.stream(labels).map(label -> sigmas[(int) label]).toArray();
                return plain.at(x).div(Tensors.of(levels, levels.length, 1));
            }

            @Override
            public Parameters parameters() {
                return none;
            }

            @Override
            public void close() {}
        };
        return new ContinuousLoss(network, process, Prediction.SCORE, new LevelTimes(process), ErrorWeight.EPS);
    }

    private static void expect(Comparison out, String loss, ScoreMatching.Sliced found, Tensor w) {
        out.expect("loss1_" + loss, found.size().mean());
        out.expect("loss2_" + loss, found.divergence().mean());
        expect(out, loss, found.sum(), w);
    }

    private static void expect(Comparison out, String loss, Tensor found, Tensor w) {
        Tensor mean = found.mean();
        out.expect("loss_" + loss, mean);
        out.expect("grad_W_" + loss, gradient(mean, w));
    }

    private static Tensor gradient(Tensor sum, Tensor of) {
        return torch.grad(
                        new TensorVector(sum),
                        new TensorVector(of),
                        new TensorVector(),
                        new BoolOptional(true),
                        true,
                        false)
                .get(0);
    }

    private static Tensor noise(GoldenCase golden, String loss, int draw) {
        return tensor(golden, "noise_" + loss + "_" + draw);
    }

    private static Tensor tensor(GoldenCase golden, String name) {
        return Comparison.tensor(golden.input(name), ScalarType.Double);
    }
}

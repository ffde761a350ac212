package org.diffusion4j.guide;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;

/** The gradient by which ADM's authors steer, of a classifier with {@code logits = tanh(x)·Wᵀ·cos(t/500)}. */
public final class ClassifierGradientCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().equals("scripts/classifier_sample.py cond_fn");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        Tensor x = Comparison.tensor(golden.input("x"), ScalarType.Double);
        Tensor labels = Comparison.tensor(golden.input("y"), ScalarType.Long);
        double[] times = golden.input("t").values();
        double scale = golden.config().get("classifier_scale").asDouble();
        Network network = new Analytic(Comparison.tensor(golden.input("W"), ScalarType.Double));
        List<Tensor> logits = new ArrayList<>();
        List<Tensor> logarithms = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        for (int i = 0; i < times.length; i++) {
            Tensor row = x.narrow(0, i, 1);
            NetworkClassifier classifier = new NetworkClassifier(network, labels.narrow(0, i, 1));
            Tensor t = Comparison.tensor(
                    new GoldenCase.Array(new double[] {times[i]}, new long[] {1}, ""), ScalarType.Double);
            logits.add(network.forward(row, t, Condition.NONE));
            logarithms.add(classifier.logProbability(row, times[i]));
            gradients.add(ClassifierGuidance.gradient(classifier, row, times[i]).mul(new Scalar(scale)));
        }
        out.expect("logits", joined(logits));
        out.expect("log_probs_selected", joined(logarithms));
        out.expect("gradient", joined(gradients));
    }

    private static Tensor joined(List<Tensor> rows) {
        return torch.cat(new TensorVector(rows.toArray(Tensor[]::new)), 0);
    }

    private record Analytic(Tensor weight) implements Network {

        @Override
        public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
            Tensor factor = timesteps.div(new Scalar(500.0)).cos().unsqueeze(1);
            return x.tanh().flatten(1, -1).matmul(weight.t()).mul(factor);
        }

        @Override
        public Parameters parameters() {
            return new Parameters();
        }

        @Override
        public void close() {}
    }
}

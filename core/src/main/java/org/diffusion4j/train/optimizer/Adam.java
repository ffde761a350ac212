package org.diffusion4j.train.optimizer;

import static org.diffusion4j.engine.Require.require;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Adam and AdamW over one flat buffer of values and one of gradients; the state is two moments.
 *
 * <p>Kingma, Ba, "Adam", ICLR 2015, algorithm 1; Loshchilov, Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2.
 * As in PyTorch, eps is added after the bias correction of the second moment. Not thread-safe.
 */
public final class Adam implements Optimizer {

    /** Where weight decay acts: on the gradient (Adam) or on the weights themselves (AdamW). */
    public enum Kind {
        ADAM,
        ADAMW;

        /** The name in recipes. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The numbers of the method.
     *
     * @param weightDecay 0 makes both kinds the same
     */
    public record Settings(Kind kind, double beta1, double beta2, double eps, double weightDecay) {

        public Settings {
            require(beta1 >= 0 && beta1 < 1, "beta1 must lie in [0, 1), was %s", beta1);
            require(beta2 >= 0 && beta2 < 1, "beta2 must lie in [0, 1), was %s", beta2);
            require(eps > 0, "adamEps must be above 0, was %s", eps);
            require(weightDecay >= 0, "weightDecay must be at least 0, was %s", weightDecay);
        }
    }

    /** How one step is computed. */
    interface Update {
        void step(
                Settings settings,
                Tensor values,
                Tensor gradients,
                Tensor moment1,
                Tensor moment2,
                long step,
                double rate);
    }

    private final Settings settings;
    private final Update update;
    private final Tensor values;
    private final Tensor gradients;
    private final Tensor moment1;
    private final Tensor moment2;

    /**
     * Begins with moments of zero.
     *
     * @param values {@code [count]}, borrowed for the optimizer's life and changed by every step
     * @param gradients {@code [count]}, borrowed likewise, never changed
     */
    public Adam(Settings settings, Tensor values, Tensor gradients) {
        this(settings, values, gradients, FusedAdam.available() ? FusedAdam::step : Adam::written);
    }

    Adam(Settings settings, Tensor values, Tensor gradients, Update update) {
        this.settings = settings;
        this.update = update;
        this.values = values;
        this.gradients = gradients;
        try (PointerScope scope = new PointerScope()) {
            moment1 = torch.zeros_like(values);
            moment2 = torch.zeros_like(values);
            moment1.retainReference();
            moment2.retainReference();
        }
    }

    @Override
    public void step(long step, double learningRate) {
        require(step >= 1, "the first step of Adam is 1, was %s", step);
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            update.step(settings, values, gradients, moment1, moment2, step, learningRate);
        }
    }

    @Override
    public Map<String, Tensor> buffers() {
        Map<String, Tensor> moments = new LinkedHashMap<>();
        moments.put("moment1", moment1);
        moments.put("moment2", moment2);
        return moments;
    }

    @Override
    public void close() {
        moment1.close();
        moment2.close();
    }

    /** The method in libtorch's elementary operations: any dtype, several passes over memory. */
    static void written(
            Settings s, Tensor values, Tensor gradients, Tensor moment1, Tensor moment2, long step, double rate) {
        Tensor g = gradients;
        if (s.kind == Kind.ADAMW) {
            values.mul_(new Scalar(1 - rate * s.weightDecay));
        } else if (s.weightDecay != 0) {
            g = gradients.add(values, new Scalar(s.weightDecay));
        }
        moment1.lerp_(g, new Scalar(1 - s.beta1));
        moment2.mul_(new Scalar(s.beta2)).addcmul_(g, g, new Scalar(1 - s.beta2));
        double correction1 = 1 - Math.pow(s.beta1, step);
        double correction2 = 1 - Math.pow(s.beta2, step);
        Tensor denominator =
                moment2.sqrt().div_(new Scalar(Math.sqrt(correction2))).add_(new Scalar(s.eps));
        values.addcdiv_(moment1, denominator, new Scalar(-rate / correction1));
    }
}

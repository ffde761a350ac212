package org.diffusion4j.text;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.sample.Sampler;

/**
 * Facts that texts are to tell. Several are wanted together by the sum of their losses.
 *
 * @param controls borrowed
 * @param wanted a value for each name
 * @param fluency how much the model's own mind counts beside them, at least 0; 0.01 in Diffusion-LM's code
 * @param stepSize how far each number of each embedding moves in each of three steps, above 0; 0.1 in Diffusion-LM's code
 */
public record TextControl(ControlModel controls, Map<String, String> wanted, double fluency, double stepSize) {

    private static final double UNSTEERED = 0.05; // of the chain at its end: 10 of 200 timesteps in Diffusion-LM's code

    public TextControl {
        wanted = Map.copyOf(wanted);
        require(!wanted.isEmpty(), "a control needs a fact that is wanted, such as food=Italian");
        wanted.forEach(controls.facts()::number); // refuses what is not known
        new GradientControl(fluency, stepSize, 0); // refuses what is out of range
    }

    /** With the strength of Diffusion-LM's code. */
    public TextControl(ControlModel controls, Map<String, String> wanted) {
        this(controls, wanted, 0.01, 0.1);
    }

    Sampler sampler(TextModel model) {
        controls.requireFits(model);
        double total = model.process().table().steps();
        return new ControlledSampler(
                new GradientControl(fluency, stepSize, UNSTEERED * total), (x, t) -> loss(model, x, t));
    }

    /** −log p of what is wanted, a sum over the batch. */
    private Tensor loss(TextModel model, Tensor x, double t) {
        double time = model.process().networkTime(t) * model.recipe().timeScale();
        Tensor timesteps = torch.full(new long[] {x.size(0)}, new Scalar(time), x.options());
        Tensor logits = controls.classifier().forward(x, timesteps, Condition.NONE);
        List<Tensor> each = ControlLoss.split(controls.facts(), logits);
        List<String> names = new ArrayList<>(controls.facts().values().keySet());
        Tensor sum = torch.zeros_like(timesteps).sum();
        for (Map.Entry<String, String> fact : wanted.entrySet()) {
            Tensor values = each.get(names.indexOf(fact.getKey()));
            int number = controls.facts().number(fact.getKey(), fact.getValue());
            sum = sum.sub(values.log_softmax(1).select(1, number).sum());
        }
        return sum;
    }
}

package org.diffusion4j.text.control;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.text.TextModel;
import org.diffusion4j.text.TextTemplate;
import org.diffusion4j.text.WriteListener;
import org.diffusion4j.text.WriteSettings;
import org.diffusion4j.text.WrittenText;

/**
 * What texts are wanted to be. Several goals are wanted together by the sum of their losses.
 *
 * @param controls borrowed
 * @param goals at least one
 * @param fluency how much the model's own mind counts beside them, at least 0; 0.01 in Diffusion-LM's code
 * @param stepSize how far each number of each embedding moves in each of three steps, above 0; 0.1 in Diffusion-LM's code
 */
public record TextControl(ControlModel controls, List<ControlGoal> goals, double fluency, double stepSize) {

    private static final String STEERED = "ddpm";
    private static final int STEPS = 200;
    private static final double UNSTEERED = 0.05; // of the chain at its end: 10 of 200 timesteps in Diffusion-LM's code

    public TextControl {
        goals = List.copyOf(goals);
        require(!goals.isEmpty(), "a control needs a goal, such as food=Italian");
        for (ControlGoal goal : goals) {
            goal.requireKnown(controls.labels(), controls.words()); // refuses what is not known
        }
        new GradientControl(fluency, stepSize, 0); // refuses what is out of range
    }

    /** With the strength of Diffusion-LM's code. */
    public TextControl(ControlModel controls, List<ControlGoal> goals) {
        this(controls, goals, 0.01, 0.1);
    }

    /** With the strength of Diffusion-LM's code, of goals as {@link ControlGoal#parse} reads them: {@code food=Italian}. */
    public static TextControl of(ControlModel controls, String... goals) {
        return new TextControl(
                controls, List.of(goals).stream().map(ControlGoal::parse).toList());
    }

    /** What steered texts are written by where the model's recipe has another sampler: ddpm in 200 steps, as in Diffusion-LM's code. */
    public static SampleSettings sampling(SampleSettings ofModel) {
        return ofModel.sampler().equals(STEERED) ? ofModel : SampleSettings.ddpm(STEPS);
    }

    /** The model's settings with a sampler that {@link #sampling can be steered}: to be changed by {@code with…}. */
    public static WriteSettings settings(TextModel model) {
        WriteSettings usual = model.settings();
        return usual.withSample(sampling(usual.sample()));
    }

    /**
     * Writes texts, as {@link TextModel#write(WriteSettings, WriteListener)} does, by the sampler ddpm; by any where nothing needs a
     * gradient.
     *
     * @param settings such as {@link #settings}
     * @throws IllegalArgumentException also if the controls are those of another model, the sampler is another one, or template and goals
     *     do not fit
     */
    public List<WrittenText> write(TextModel model, WriteSettings settings, WriteListener listener) {
        controls.requireFits(model);
        WriteSettings within = settings.withTemplate(template(model, settings.template()));
        if (goals.stream().noneMatch(ControlGoal::steers)) {
            return model.write(within, listener);
        }
        require(
                settings.sample().sampler().equals(STEERED),
                "control steers the steps of ddpm, and the sampler is %s; take ddpm",
                settings.sample().sampler());
        try (CloseGuard.Use use = controls.classifier().parameters().use()) {
            return model.write(within, sampler(model), listener);
        }
    }

    /**
     * What is given of the texts.
     *
     * @throws IllegalArgumentException if goals do not fit what is given, or one another
     */
    TextTemplate template(TextModel model, TextTemplate given) {
        TextUnit unit = model.vocabulary().unit();
        TextTemplate template = given;
        for (ControlGoal goal : goals) {
            template = goal.within(template, unit);
        }
        int most = template.most(controls.words(), unit);
        for (ControlGoal goal : goals) {
            goal.requireKnown(controls.labels(), most);
        }
        return template;
    }

    private Sampler sampler(TextModel model) {
        double total = model.process().table().steps();
        return new ControlledSampler(
                new GradientControl(fluency, stepSize, UNSTEERED * total), (x, t) -> loss(model, x, t));
    }

    /** −log p of what is wanted, a sum over the batch. */
    private Tensor loss(TextModel model, Tensor x, double t) {
        double time = model.process().networkTime(t) * model.recipe().timeScale();
        Tensor timesteps = torch.full(new long[] {x.size(0)}, new Scalar(time), x.options());
        Tensor features = controls.classifier().forward(x, timesteps, Condition.NONE);
        Tensor sum = torch.zeros_like(timesteps).sum();
        for (ControlGoal goal : goals) {
            if (goal.steers()) {
                sum = sum.add(goal.surprise(controls.classifier(), controls.labels(), features));
            }
        }
        return sum;
    }
}

package org.diffusion4j.image.study;

import org.diffusion4j.image.guidance.Steered;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;

/**
 * One way to draw from a model: a row of a {@link Comparison}.
 *
 * @param subject the model
 * @param name of the way, such as {@code classifier-free}; ways of one model and name are points of one curve
 * @param scale of the guidance, the place on that curve; null where the way is no point of a curve
 * @param settings of the sampler
 * @param steered by what
 */
public record Way(Subject subject, String name, @Nullable Double scale, SampleSettings settings, Steered steered) {

    /** As the model draws by default. */
    public static Way usual(Subject subject) {
        return new Way(subject, "", null, subject.model().settings(), Steered.NOT);
    }

    /** The curve that it belongs to, for people. */
    String curve() {
        return name.isEmpty() ? subject.name() : subject.name() + ", " + name;
    }

    /** For people: the curve and, if there is one, the place on it. */
    @Override
    public String toString() {
        return curve() + (scale == null ? "" : " " + StudyTables.number(scale));
    }
}

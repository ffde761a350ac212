package org.diffusion4j.text.control;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.nn.text.TextClassifier;
import org.diffusion4j.text.TextTemplate;

/**
 * What a text is wanted to be: to tell a fact, to have certain parts of speech, a phrase in a certain place, or a length. Immutable.
 *
 * <p>Each kind knows what it fixes of a text before anything is drawn, what its loss is, and by which rule a text meets it.
 */
public interface ControlGoal {

    /** The name of parts of speech: {@code pos=PROPN AUX DET NOUN}. */
    String POS = "pos";

    /** The name of a phrase: {@code span=10,12,PP}, words 10 to 12, from 0. */
    String SPAN = "span";

    /** The name of a length: {@code length=12}. */
    String LENGTH = "length";

    /**
     * Reads {@code food=Italian}, {@code pos=PROPN AUX DET NOUN}, {@code span=10,12,PP} or {@code length=12}.
     *
     * @throws IllegalArgumentException if it is none of these; whether the fact, the tags or the phrase are known is not looked at
     */
    static ControlGoal parse(String assignment) {
        int equals = assignment.indexOf('=');
        require(equals > 0, "a control is NAME=VALUE, such as food=Italian, was '%s'", assignment);
        return of(
                assignment.substring(0, equals).strip(),
                assignment.substring(equals + 1).strip());
    }

    /** That of a name and a value, as in {@link #parse}. */
    static ControlGoal of(String name, String value) {
        return switch (name) {
            case POS -> TagsGoal.parse(value);
            case SPAN -> SpanGoal.parse(value);
            case LENGTH -> LengthGoal.parse(value);
            default -> new FactGoal(name, value);
        };
    }

    /** What it is of: the name of the fact, or {@link #POS}, {@link #SPAN}, {@link #LENGTH}. */
    String kind();

    /**
     * Refuses what cannot be met.
     *
     * @param labels what the classifier knows
     * @param most how many words the text has at most
     * @throws IllegalArgumentException in one line
     */
    void requireKnown(ControlLabels labels, int most);

    /** What is given of a text with this goal, of which a template is given. */
    default TextTemplate within(TextTemplate template, TextUnit unit) {
        return template;
    }

    /** Whether it needs a classifier's gradient; if not, what it gives of the text is enough. */
    default boolean steers() {
        return true;
    }

    /**
     * How far texts are from it: −log p by the classifier, a sum over the batch in nats, made in the caller's scope.
     *
     * @param features of {@link TextClassifier#forward}
     */
    Tensor surprise(TextClassifier classifier, ControlLabels labels, Tensor features);

    /** How far a text meets it by rule, from 0, not at all, to 1, wholly. */
    double metBy(String text, TextUnit unit, ControlLabels labels);
}

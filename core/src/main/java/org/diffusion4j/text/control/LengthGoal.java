package org.diffusion4j.text.control;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.nn.text.TextClassifier;
import org.diffusion4j.text.TextTemplate;

/** How many words or characters a text has. The end of the text is given, so that no classifier steers towards it. */
record LengthGoal(int words) implements ControlGoal {

    LengthGoal {
        require(words >= 1, "the length must be at least 1, was %s", words);
    }

    static LengthGoal parse(String value) {
        require(value.matches("\\d{1,6}"), "a length is a number, such as length=12, was '%s'", value);
        return new LengthGoal(Integer.parseInt(value));
    }

    @Override
    public String kind() {
        return LENGTH;
    }

    @Override
    public void requireKnown(ControlLabels labels, int most) {
        require(words <= most, "a length of %s is wanted of a text of at most %s", words, most);
    }

    @Override
    public TextTemplate within(TextTemplate template, TextUnit unit) {
        return template.exactly(words, unit);
    }

    @Override
    public boolean steers() {
        return false;
    }

    @Override
    public Tensor surprise(TextClassifier classifier, ControlLabels labels, Tensor features) {
        return features.sum().mul(new Scalar(0)); // of no weight
    }

    @Override
    public double metBy(String text, TextUnit unit, ControlLabels labels) {
        return unit.split(text).size() == words ? 1 : 0;
    }

    @Override
    public String toString() {
        return LENGTH + "=" + words;
    }
}

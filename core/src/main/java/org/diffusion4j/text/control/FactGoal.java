package org.diffusion4j.text.control;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.text.FactTable;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.nn.text.TextClassifier;

/**
 * A fact that a text tells, such as {@code food=Italian}.
 *
 * <p>By the rule of Diffusion-LM's code a text meets it whose words have those of the value in a row.
 */
record FactGoal(String name, String value) implements ControlGoal {

    @Override
    public String kind() {
        return name;
    }

    @Override
    public void requireKnown(ControlLabels labels, int most) {
        require(
                labels.facts().outputs() > 0,
                "the controls know no facts, so none called '%s'; their training texts have none before '||'",
                name);
        labels.facts().number(name, value);
    }

    @Override
    public Tensor surprise(TextClassifier classifier, ControlLabels labels, Tensor features) {
        FactTable facts = labels.facts();
        List<Tensor> each = ControlLoss.split(facts, classifier.ofTexts(features));
        int fact = new ArrayList<>(facts.values().keySet()).indexOf(name);
        return each.get(fact)
                .log_softmax(1)
                .select(1, facts.number(name, value))
                .sum()
                .neg();
    }

    @Override
    public double metBy(String text, TextUnit unit, ControlLabels labels) {
        return Collections.indexOfSubList(unit.split(text), unit.split(value)) >= 0 ? 1 : 0;
    }

    @Override
    public String toString() {
        return name + "=" + value;
    }
}

package org.diffusion4j.text.control;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.text.TextClassifier;
import org.diffusion4j.text.TextTemplate;

/**
 * The part of speech of each word of a text, which has as many words.
 *
 * <p>A text meets it by the share of words that have their tag by the tagger, as Diffusion-LM's code counts: of the wanted ones.
 */
record TagsGoal(List<String> tags) implements ControlGoal {

    TagsGoal {
        tags = List.copyOf(tags);
        require(!tags.isEmpty(), "pos= needs a part of speech for each word, such as pos=PROPN AUX DET NOUN");
    }

    static TagsGoal parse(String value) {
        return new TagsGoal(TextUnit.WORDS.split(value));
    }

    @Override
    public String kind() {
        return POS;
    }

    @Override
    public void requireKnown(ControlLabels labels, int most) {
        tags.forEach(labels::tag);
        require(
                tags.size() <= most,
                "%s parts of speech are wanted of a text of at most %s words; give fewer",
                tags.size(),
                most);
    }

    @Override
    public TextTemplate within(TextTemplate template, TextUnit unit) {
        return template.exactly(tags.size(), unit);
    }

    @Override
    public Tensor surprise(TextClassifier classifier, ControlLabels labels, Tensor features) {
        Tensor logits = classifier.ofTokens(features).narrow(1, 1, tags.size()); // the first position is START
        Tensor wanted = Tensors.of(tags.stream().mapToLong(labels::tag).toArray(), 1, tags.size(), 1)
                .expand(features.size(0), -1, -1);
        return logits.log_softmax(2).gather(2, wanted).sum().neg();
    }

    @Override
    public double metBy(String text, TextUnit unit, ControlLabels labels) {
        List<String> found = labels.tagger().tag(unit.split(text));
        int right = 0;
        for (int i = 0; i < Math.min(tags.size(), found.size()); i++) {
            right += tags.get(i).equals(found.get(i)) ? 1 : 0;
        }
        return right / (double) tags.size();
    }

    @Override
    public String toString() {
        return POS + "=" + String.join(" ", tags);
    }
}

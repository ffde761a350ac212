package org.diffusion4j.cli.option;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.guidance.NoisyClassifier;
import picocli.CommandLine.Option;

/** The option that says of which classes. */
public final class LabelOption {

    private static final String NONE = "none";

    @Option(
            names = "--label",
            split = ",",
            paramLabel = "CLASS",
            description = "The class by name or number, or several in turn: 3,5; 'none' where the model has learned it"
                    + " (default: that of given pictures, else every class in turn).")
    private List<String> labels = List.of();

    /**
     * Their numbers; none where nothing was said.
     *
     * @throws IllegalArgumentException if the model has no such class
     */
    public List<Integer> numbers(DiffusionModel model) {
        require(
                labels.isEmpty() || model.classes() > 0,
                "the model has no classes; omit --label, or steer the model with --classifier");
        return labels.stream().map(label -> number(label, model)).toList();
    }

    /**
     * Their numbers among the classes of a classifier.
     *
     * @throws IllegalArgumentException if it has no such class
     */
    public List<Integer> numbers(NoisyClassifier classifier) {
        List<String> names = classifier.labels();
        return labels.stream()
                .map(label -> {
                    int number = names.contains(label) || !label.matches("\\d{1,9}")
                            ? names.indexOf(label)
                            : Integer.parseInt(label);
                    require(
                            0 <= number && number < names.size(),
                            "the classifier has no class '%s'; %s",
                            label,
                            DidYouMean.among(label, names));
                    return number;
                })
                .toList();
    }

    /** Refuses labels, for a model that has none. */
    void requireFree() {
        require(labels.isEmpty(), "the model has no classes; say with --prompt what to draw, and omit --label");
    }

    private static int number(String label, DiffusionModel model) {
        List<String> names = model.card().labels();
        int none = model.classes();
        if (model.knowsNoLabel() && (label.equals(NONE) || label.equals("" + none)) && !names.contains(label)) {
            return none;
        }
        int number =
                names.contains(label) || !label.matches("\\d{1,9}") ? names.indexOf(label) : Integer.parseInt(label);
        require(
                0 <= number && number < model.classes(),
                "the model has no class '%s'; %s",
                label,
                names.isEmpty() ? "classes are 0 to " + (model.classes() - 1) : DidYouMean.among(label, names));
        return number;
    }
}

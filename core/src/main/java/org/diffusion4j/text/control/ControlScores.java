package org.diffusion4j.text.control;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.diffusion4j.data.text.PhraseGrammar;
import org.diffusion4j.data.text.TextItem;
import org.diffusion4j.data.text.TextUnit;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.text.TextModel;
import org.diffusion4j.text.WriteListener;
import org.diffusion4j.text.WriteSettings;
import org.diffusion4j.text.WrittenText;
import org.jspecify.annotations.Nullable;

/**
 * How many steered texts are what they are wanted to be.
 *
 * @param kinds by {@linkplain ControlGoal#kind kind}, in the order of the targets
 * @param all how far the texts meet all goals of a target together, the mean of the products
 * @param targets how many were measured
 * @param passedOver the labels of the targets that were not, since the grammar does not find such phrases
 * @param texts what was written, target after target
 */
public record ControlScores(
        Map<String, Kind> kinds, double all, int targets, List<String> passedOver, List<String> texts) {

    /**
     * How the goals of one kind are met.
     *
     * @param goals how many
     * @param met how far the texts meet them by {@linkplain ControlGoal#metBy rule}: the mean over goals of that over texts
     * @param recognised of facts the share of texts in which the classifier that steered them recognises them; else null
     * @param real how far real texts meet them by the same rule: of facts the held-out texts that tell them, mean over the goals that one
     *     tells; of others the texts that the targets were taken from; null where there are none
     */
    public record Kind(
            int goals,
            double met,
            @Nullable Double recognised,
            @Nullable Double real) {}

    private record Score(ControlGoal goal, double met, double recognised, double real) {}

    /**
     * Writes texts for each target and measures them.
     *
     * @param targets one list, or several: then a target is one of each list, the k-th of each, the shorter ones from their beginning again
     * @param perTarget how many texts of each, from 1
     * @param heldOut real texts with their facts
     * @param settings the seed, from which that of each target follows; the sampler. The template and the count are not looked at
     * @param stepSize as in {@link TextControl}
     * @throws IllegalArgumentException as {@link TextControl}, before anything is written; or if no target is left
     */
    public static ControlScores of(
            TextModel model,
            ControlModel controls,
            List<List<ControlTarget>> targets,
            int perTarget,
            List<TextItem> heldOut,
            WriteSettings settings,
            double stepSize,
            WriteListener listener) {
        require(perTarget >= 1, "there must be at least 1 text of each target, were %s", perTarget);
        controls.requireFits(model);
        List<String> passedOver = new ArrayList<>();
        List<List<ControlTarget>> together = together(targets, passedOver);
        List<TextControl> wanted = together.stream()
                .map(each -> control(model, controls, each, stepSize, settings))
                .toList();
        long seeds = new SplittableRandom(settings.seed()).nextLong();
        WriteSettings each = settings.withCount(perTarget);
        int count = wanted.size();
        TextUnit unit = model.vocabulary().unit();
        List<Score> scores = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        double all = 0;
        for (int k = 0; k < count; k++) {
            int before = k;
            List<String> written = wanted
                    .get(k)
                    .write(model, each.withSeed(seeds + k), (done, of) -> listener.at(before * of + done, count * of))
                    .stream()
                    .map(WrittenText::text)
                    .toList();
            texts.addAll(written);
            Subject subject = new Subject(model, controls, unit, written, heldOut);
            together.get(k).forEach(target -> scores.add(subject.score(target)));
            all += subject.all(together.get(k)) / count;
        }
        return new ControlScores(kinds(scores), all, count, List.copyOf(passedOver), List.copyOf(texts));
    }

    /** The k-th of each list together, but for those of which the grammar does not find a phrase. */
    private static List<List<ControlTarget>> together(List<List<ControlTarget>> targets, List<String> passedOver) {
        int most = targets.stream().mapToInt(List::size).max().orElse(0);
        List<List<ControlTarget>> kept = new ArrayList<>();
        for (int k = 0; k < most; k++) {
            int at = k;
            List<ControlTarget> each =
                    targets.stream().map(list -> list.get(at % list.size())).toList();
            List<String> unknown = each.stream().flatMap(ControlScores::unknown).toList();
            passedOver.addAll(unknown);
            if (unknown.isEmpty()) {
                kept.add(each);
            }
        }
        require(
                !kept.isEmpty(),
                "no target is left: the grammar finds %s, and the targets have %s",
                PhraseGrammar.LABELS,
                new TreeSet<>(passedOver));
        return kept;
    }

    private static Stream<String> unknown(ControlTarget target) {
        return target.goal() instanceof SpanGoal span
                        && !PhraseGrammar.LABELS.contains(span.phrase().label())
                ? Stream.of(span.phrase().label())
                : Stream.of();
    }

    private static TextControl control(
            TextModel model,
            ControlModel controls,
            List<ControlTarget> targets,
            double stepSize,
            WriteSettings settings) {
        TextControl usual = new TextControl(
                controls, targets.stream().map(ControlTarget::goal).toList());
        TextControl control = new TextControl(controls, usual.goals(), usual.fluency(), stepSize);
        control.template(model, settings.template()); // refuses what does not fit
        return control;
    }

    private static Map<String, Kind> kinds(List<Score> scores) {
        Map<String, List<Score>> byKind = new LinkedHashMap<>();
        scores.forEach(score -> byKind.computeIfAbsent(score.goal().kind(), any -> new ArrayList<>())
                .add(score));
        Map<String, Kind> kinds = new LinkedHashMap<>();
        byKind.forEach((kind, each) -> kinds.put(
                kind,
                new Kind(
                        each.size(),
                        each.stream().mapToDouble(Score::met).average().orElseThrow(),
                        mean(each.stream().map(Score::recognised)),
                        mean(each.stream().map(Score::real)))));
        return kinds;
    }

    /** The mean of those that are; null where none is. */
    private static @Nullable Double mean(Stream<Double> values) {
        double mean = values.mapToDouble(value -> value)
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElse(Double.NaN);
        return Double.isNaN(mean) ? null : mean;
    }

    /** Texts of one target. */
    private record Subject(
            TextModel model, ControlModel controls, TextUnit unit, List<String> written, List<TextItem> heldOut) {

        Score score(ControlTarget target) {
            Cancellation.checkpoint();
            ControlGoal goal = target.goal();
            return new Score(
                    goal,
                    met(goal, written),
                    goal instanceof FactGoal fact ? recognised(fact) : Double.NaN,
                    met(goal, real(target)));
        }

        double all(List<ControlTarget> targets) {
            return written.stream()
                    .mapToDouble(text -> targets.stream()
                            .mapToDouble(target -> target.goal().metBy(text, unit, controls.labels()))
                            .reduce(1, (a, b) -> a * b))
                    .average()
                    .orElse(Double.NaN);
        }

        private double met(ControlGoal goal, List<String> texts) {
            return texts.stream()
                    .mapToDouble(text -> goal.metBy(text, unit, controls.labels()))
                    .average()
                    .orElse(Double.NaN);
        }

        private double recognised(FactGoal fact) {
            return written.stream()
                    .mapToDouble(text ->
                            fact.value().equals(controls.tell(text, model).get(fact.name())) ? 1 : 0)
                    .average()
                    .orElse(Double.NaN);
        }

        private List<String> real(ControlTarget target) {
            if (target.goal() instanceof FactGoal fact) {
                return heldOut.stream()
                        .filter(item -> controls.labels().facts().tells(item, fact.name(), fact.value()))
                        .map(TextItem::text)
                        .toList();
            }
            return target.words().isEmpty() ? List.of() : List.of(unit.join(target.words()));
        }
    }
}

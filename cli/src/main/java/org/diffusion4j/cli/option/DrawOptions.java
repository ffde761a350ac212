package org.diffusion4j.cli.option;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.guidance.NoisyClassifier;
import org.diffusion4j.sample.SampleSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which samples are drawn, and how. */
public final class DrawOptions {

    @Mixin
    private SamplerOptions sampler;

    @Option(names = "--seed", defaultValue = "0", description = "Same seed, same pictures (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private LabelOption labels;

    @Mixin
    private BatchOption batch;

    /** Refuses what no model could draw, before one is loaded. */
    public void check(int count) {
        draw(count, List.of());
    }

    private Draw draw(int count, List<Integer> numbers) {
        return new Draw(sampler.settings(), count, seed, numbers, batch.size());
    }

    /**
     * What they say of so many samples of a model.
     *
     * @throws IllegalArgumentException if it has no such class, or fewer timesteps
     */
    public Draw of(DiffusionModel model, int count) {
        Draw draw = draw(count, labels.numbers(model)).with(sampler.settings(model));
        model.plan(draw.settings()); // refuses what does not fit
        return draw;
    }

    /**
     * What they say of so many samples of a model that a classifier steers.
     *
     * @throws IllegalArgumentException if the two do not fit, or the classifier has no such class
     */
    public Draw of(DiffusionModel model, NoisyClassifier classifier, int count) {
        classifier.requireFits(model);
        Draw draw = draw(count, labels.numbers(classifier)).with(sampler.settings(model));
        model.plan(draw.settings()); // refuses what does not fit
        return draw;
    }

    /** What to say of a draw whose sampler was not chosen, if its steps were not either and are few for it. */
    public Optional<String> advice(DiffusionModel model, Draw draw) {
        if (model.scheduler().continuous().isPresent()) {
            return Optional.empty(); // ddpm is refused
        }
        int total = model.process().table().steps();
        return sampler.isFree()
                        && draw.settings().sampler().equals("ddpm")
                        && draw.settings().steps() < total / 10
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "diffuse: the scheduler file says ddpm, for which %d of %d steps are few: take --steps %d, or --sampler ddim",
                        draw.settings().steps(),
                        total,
                        total))
                : Optional.empty();
    }

    /** The options of a draw as they are typed, but for labels where every class comes in turn. */
    public static List<String> typed(Draw draw) {
        SampleSettings settings = draw.settings();
        List<String> words =
                new ArrayList<>(List.of("--sampler", settings.sampler(), "--steps", "" + settings.steps()));
        if (settings.asksForEta()) {
            words.addAll(List.of("--eta", "" + settings.eta(), "--eta-rule", "" + settings.etaRule()));
        }
        if (settings.asksForVariance()) {
            words.addAll(List.of("--variance", "" + settings.variance()));
        }
        settings.options().forEach((name, value) -> words.addAll(List.of("--option", name + "=" + value)));
        words.addAll(List.of("--guidance", "" + settings.guidance()));
        if (settings.guidance() != 1) {
            words.addAll(List.of("--rescale", "" + settings.rescale())); // 0 too: the recipe may say another
        }
        if (settings.guidanceInterval() != null) {
            words.addAll(List.of("--guidance-interval", "" + settings.guidanceInterval()));
        }
        words.addAll(
                List.of("--spacing", settings.spacing(), "--count", "" + draw.count(), "--seed", "" + draw.seed()));
        if (!draw.labels().isEmpty()) {
            words.addAll(List.of(
                    "--label", draw.labels().stream().map(String::valueOf).collect(joining(","))));
        }
        words.addAll(List.of("--batch-size", "" + draw.batchSize()));
        return words;
    }
}

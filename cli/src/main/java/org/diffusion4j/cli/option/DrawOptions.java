package org.diffusion4j.cli.option;

import static java.util.stream.Collectors.joining;
import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.guidance.NoisyClassifier;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which samples are drawn, and how. */
public final class DrawOptions {

    private static final Pattern SEED = Pattern.compile("(?<first>-?\\d+)(?:-(?<last>\\d+))?");
    private static final int MOST = 10_000;

    @Mixin
    private SamplerOptions sampler;

    @Option(
            names = "--seed",
            paramLabel = "N|FIRST-LAST",
            defaultValue = "0",
            description =
                    "Same seed, same pictures (default: ${DEFAULT-VALUE}). A model that draws from words draws one"
                            + " picture with each seed: 1-4 draws four.")
    private String seed;

    @Mixin
    private LabelOption labels;

    @Mixin
    private BatchOption batch;

    /** Refuses what no model could draw, before one is loaded. */
    public void check(int count) {
        draw(count, List.of());
    }

    private Draw draw(int count, List<Integer> numbers) {
        return new Draw(sampler.settings(), count, seed(), numbers, batch.size());
    }

    private long seed() {
        Matcher one = SEED.matcher(seed);
        require(one.matches(), "--seed '%s' is not a seed, a whole number of at most 64 bits", seed);
        require(
                one.group("last") == null,
                "--seed %s is for models that draw from words; here one seed draws --count pictures",
                seed);
        return number(one.group("first"));
    }

    /**
     * The seeds of a model that draws one picture with each.
     *
     * @param count how many if they are not said; null for one
     * @throws IllegalArgumentException if both are given, or what was given is no seed
     */
    public List<Long> seeds(@Nullable Integer count) {
        Matcher range = SEED.matcher(seed);
        require(range.matches(), "--seed '%s' is not a seed such as 7, nor seeds such as 1-4", seed);
        long first = number(range.group("first"));
        String last = range.group("last");
        require(last == null || count == null, "--seed %s says how many pictures: omit --count", seed);
        long many = last == null ? (count == null ? 1 : count) : number(last) - first + 1;
        require(many >= 1 && many <= MOST, "between 1 and %s pictures can be drawn at once, not %s", MOST, many);
        return LongStream.range(0, many).map(i -> first + i).boxed().toList();
    }

    private static long number(String digits) {
        try {
            return digits.startsWith("-") ? Long.parseLong(digits) : Long.parseUnsignedLong(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--seed '" + digits + "' is not a seed, a whole number of at most 64 bits", e);
        }
    }

    /** What they say of sampling, for a model that draws from words. */
    public SamplerOptions sampler() {
        return sampler;
    }

    /** Refuses labels, for a model that has none. */
    public void requireNoLabels() {
        labels.requireFree();
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

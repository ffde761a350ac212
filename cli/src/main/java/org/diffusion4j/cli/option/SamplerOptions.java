package org.diffusion4j.cli.option;

import static java.util.Objects.requireNonNullElse;
import static org.diffusion4j.engine.Require.require;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.EtaRule;
import org.diffusion4j.sample.GuidanceInterval;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Samplers;
import org.diffusion4j.sample.TimeSpacings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how samples are drawn. */
public final class SamplerOptions {

    private static final int STEPS = 50;
    private static final String ETA = "eta";

    @Option(
            names = "--sampler",
            description =
                    "One that 'samplers' lists, or the class that the model's scheduler file names, which draws as diffusers"
                            + " does (default: that of the model's recipe, else that class).")
    private @Nullable String sampler;

    @Option(
            names = "--steps",
            description = "How many timesteps are visited (default: as the model's recipe says of this sampler, else "
                    + STEPS + ").")
    private @Nullable Integer steps;

    @Option(
            names = "--eta",
            description =
                    "ddim: the share of noise put back at each step, 0 to 1 (default: as the recipe says, else 0).")
    private @Nullable Double eta;

    @Option(
            names = "--eta-rule",
            description = "ddim: what eta multiplies: deviation (the paper), variance or sigma-hat"
                    + " (default: as the recipe says, else deviation).")
    private @Nullable String etaRule;

    @Option(
            names = "--variance",
            description = "ddpm: fixed-small, fixed-large or learned"
                    + " (default: as the model's recipe or scheduler file says, else fixed-small).")
    private @Nullable String variance;

    @Option(
            names = "--spacing",
            description =
                    "Which timesteps: leading, trailing, linspace or quadratic; leading+1 is 1 further from the picture;"
                            + " or by noise: karras, karras:rho=5, exponential or beta (default: as the model's recipe or scheduler file says, else trailing).")
    private @Nullable String spacing;

    @Option(
            names = "--timesteps",
            paramLabel = "T,T...",
            description = "The timesteps to visit, such as 999,600,200,0, instead of --spacing and --steps.")
    private @Nullable String timesteps;

    @Option(
            names = "--sigmas",
            paramLabel = "S,S...",
            description =
                    "The noise levels sigma/alpha to visit, such as 14.6,3,0.5,0, instead of --spacing and --steps; or how"
                            + " they are spread, such as karras, as by --spacing.")
    private @Nullable String sigmas;

    @Option(
            names = "--guidance",
            description = "The scale of classifier-free guidance: above 1, pictures are more like their class and less"
                    + " various, for twice the time; 1 is none (default: as the recipe says, else 1).")
    private @Nullable Double guidance;

    @Option(
            names = "--rescale",
            paramLabel = "PHI",
            description = "With guidance: how much of the contrast that it adds is taken back, 0 to 1; 0.7 is usual"
                    + " (default: as the recipe says, else 0).")
    private @Nullable Double rescale;

    @Option(
            names = "--guidance-interval",
            paramLabel = "LOW,HIGH",
            description =
                    "With guidance: the noise levels sigma/alpha at which there is any, such as 0.3,5; outside of them"
                            + " steps take half the time (default: as the recipe says, else all).")
    private @Nullable String guidanceInterval;

    @Option(
            names = "--option",
            paramLabel = "NAME=VALUE",
            description =
                    "A setting of the sampler, such as churn=40 of heun; several times for several. 'samplers NAME' lists them"
                            + " (default: as the recipe says of this sampler).")
    private Map<String, String> options = new LinkedHashMap<>();

    /**
     * As given, and by default as models are drawn that do not say either: to refuse what no model could draw,
     * before one is loaded.
     */
    public SampleSettings settings() {
        return sampler == null
                ? over(SampleSettings.ddim(STEPS), variance, Map.of()) // which sampler has the options is not known yet
                : over(SampleSettings.of(sampler, STEPS), variance, options(sampler));
    }

    /**
     * As given, and by default as the model draws; its steps and noise are for its own sampler only.
     *
     * @throws IllegalArgumentException if an option is given that the sampler does not ask for
     */
    public SampleSettings settings(DiffusionModel model) {
        return settings(model, false);
    }

    /** As given, and by default as usual for a model of what is no picture. */
    public SampleSettings over(SampleSettings usual) {
        return over(usual, other -> SampleSettings.of(other, usual.steps()));
    }

    /**
     * The same for a model that says how another sampler draws.
     *
     * @param ofSampler how that one draws by default
     */
    public SampleSettings over(SampleSettings usual, Function<String, SampleSettings> ofSampler) {
        SampleSettings base = sampler == null || sampler.equals(usual.sampler()) ? usual : ofSampler.apply(sampler);
        return over(base, variance, options(base.sampler()));
    }

    /** The same, where the variance is also asked for by something else than the sampler. */
    public SampleSettings settings(DiffusionModel model, boolean varianceIsAsked) {
        SampleSettings usual = model.settings();
        SampleSettings base = sampler == null || sampler.equals(usual.sampler())
                ? usual
                : model.settings(sampler).withGuidanceOf(usual);
        requireAsked("--eta", eta, base.asksForEta() || hasOwnEta(base.sampler()), base, "ddim");
        requireAsked("--eta-rule", etaRule, base.asksForEta(), base, "ddim");
        boolean variesVariance = base.asksForVariance();
        requireAsked("--variance", variance, variesVariance || varianceIsAsked, base, "ddpm");
        return over(base, variesVariance ? variance : null, options(base.sampler()));
    }

    private static void requireAsked(
            String option, @Nullable Object value, boolean asked, SampleSettings base, String by) {
        require(
                value == null || asked,
                "%s is for %s, and the sampler is %s: omit it, or add --sampler %s",
                option,
                by,
                base.sampler(),
                by);
    }

    /** With that of {@code --eta}, where the sampler has it as an option of its own. */
    private Map<String, Object> options(String of) {
        Map<String, Object> all = new LinkedHashMap<>(options);
        if (eta != null && hasOwnEta(of)) {
            require(!options.containsKey(ETA), "--eta and --option eta say the same: give one of them");
            all.put(ETA, eta);
        }
        return all;
    }

    private static boolean hasOwnEta(String sampler) {
        return Samplers.all().stream()
                .filter(entry -> entry.name().equals(sampler))
                .anyMatch(entry -> entry.options().stream()
                        .anyMatch(option -> option.name().equals(ETA)));
    }

    private SampleSettings over(SampleSettings base, @Nullable String variance, Map<String, Object> more) {
        Map<String, Object> all = new LinkedHashMap<>(base.options());
        all.putAll(more);
        String times = listed(base.spacing());
        double scale = requireNonNullElse(guidance, base.guidance());
        SampleSettings usual =
                scale == 1 ? SampleSettings.ddim(1) : base; // of a recipe's guidance nothing is left then
        return new SampleSettings(
                base.sampler(),
                count(times, base.steps()),
                eta == null || hasOwnEta(base.sampler()) ? base.eta() : eta,
                etaRule == null ? base.etaRule() : EtaRule.named(etaRule),
                variance == null ? base.variance() : ReverseVariance.named(variance),
                times,
                scale,
                requireNonNullElse(rescale, usual.rescale()),
                guidanceInterval == null ? usual.guidanceInterval() : GuidanceInterval.named(guidanceInterval),
                all);
    }

    /** The text of the spacing. */
    private String listed(String usual) {
        Map<String, Optional<String>> said = new LinkedHashMap<>();
        said.put("--spacing", Optional.ofNullable(spacing));
        said.put("--timesteps", Optional.ofNullable(timesteps).map(text -> "timesteps:" + text));
        said.put("--sigmas", Optional.ofNullable(sigmas).map(SamplerOptions::levels));
        List<String> given = said.entrySet().stream()
                .filter(entry -> entry.getValue().isPresent())
                .map(Map.Entry::getKey)
                .toList();
        require(given.size() <= 1, "%s each say the times: give one of them", String.join(" and ", given));
        return said.values().stream().flatMap(Optional::stream).findFirst().orElse(usual);
    }

    /** Noise levels, or the name of a way to spread them. */
    private static String levels(String text) {
        return Character.isLetter(text.isEmpty() ? ' ' : text.charAt(0)) ? text : "sigmas:" + text;
    }

    /** As many steps as are listed, else as are given. */
    private int count(String times, int usual) {
        return steps == null ? TimeSpacings.named(times).listed().orElse(usual) : steps;
    }

    /** Whether neither sampler nor steps are given. */
    boolean isFree() {
        return sampler == null && steps == null;
    }

    /** Refuses all options but the variance, where nothing is drawn. */
    public void requireFree() {
        Map<String, Optional<?>> said = new LinkedHashMap<>();
        said.put("--sampler", Optional.ofNullable(sampler));
        said.put("--steps", Optional.ofNullable(steps));
        said.put("--eta", Optional.ofNullable(eta));
        said.put("--eta-rule", Optional.ofNullable(etaRule));
        said.put("--spacing", Optional.ofNullable(spacing));
        said.put("--timesteps", Optional.ofNullable(timesteps));
        said.put("--sigmas", Optional.ofNullable(sigmas));
        said.put("--guidance", Optional.ofNullable(guidance));
        said.put("--rescale", Optional.ofNullable(rescale));
        said.put("--guidance-interval", Optional.ofNullable(guidanceInterval));
        said.put("--option", options.keySet().stream().findFirst());
        said.forEach((option, value) -> require(
                value.isEmpty(), "%s is for samples that a model draws, and none are drawn here: omit it", option));
    }

    /** The variance of a reverse step, where one is given. */
    @Nullable
    public String variance() {
        return variance;
    }
}

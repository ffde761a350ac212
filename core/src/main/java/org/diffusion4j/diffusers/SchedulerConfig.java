package org.diffusion4j.diffusers;

import static java.util.Map.entry;
import static org.diffusion4j.engine.Require.require;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.process.continuous.ProcessSettings;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EpsAfterClipping;
import org.diffusion4j.sample.EtaRule;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.OffsetSpacing;
import org.diffusion4j.schedule.TimeGrid;
import org.jspecify.annotations.Nullable;

/**
 * What {@code scheduler_config.json} says, and what that means in our words.
 *
 * <p>The keys are kept as they were read, known or not, and written back unchanged. What the known ones mean depends on the
 * scheduler's class; each class is a {@link PublishedScheduler}.
 */
public final class SchedulerConfig {

    private static final String CLASS = "_class_name";
    private static final String DDPM = "DDPMScheduler";
    private static final String VARIANCE = "variance_type";
    private static final String SPACING = "timestep_spacing";

    private static final Map<String, Function<SchedulerKeys, PublishedScheduler>> CLASSES = Map.ofEntries(
            entry(DDPM, DdpmScheduler::new),
            entry(ContinuousScheduler.NAME, ContinuousScheduler::of),
            entry("DDIMScheduler", DdimScheduler::new),
            entry("DDIMInverseScheduler", DdimInverseScheduler::new),
            entry("PNDMScheduler", PndmScheduler::new),
            entry("IPNDMScheduler", IpndmScheduler::new),
            entry("DPMSolverMultistepScheduler", LambdaScheduler::dpmMultistep),
            entry("DPMSolverMultistepInverseScheduler", LambdaScheduler::dpmMultistepInverse),
            entry("DPMSolverSinglestepScheduler", LambdaScheduler::dpmSinglestep),
            entry("DEISMultistepScheduler", LambdaScheduler::deis),
            entry("UniPCMultistepScheduler", LambdaScheduler::uniPc),
            entry("SASolverScheduler", LambdaScheduler::saSolver),
            entry("EDMDPMSolverMultistepScheduler", EdmScheduler::dpmMultistep),
            entry("CosineDPMSolverMultistepScheduler", EdmScheduler::cosineDpmMultistep),
            entry("EulerDiscreteScheduler", SigmaScheduler::euler),
            entry("EulerAncestralDiscreteScheduler", SigmaScheduler::eulerAncestral),
            entry("HeunDiscreteScheduler", SigmaScheduler::heun),
            entry("KDPM2DiscreteScheduler", SigmaScheduler::kdpm2),
            entry("KDPM2AncestralDiscreteScheduler", SigmaScheduler::kdpm2Ancestral),
            entry("LMSDiscreteScheduler", SigmaScheduler::lms),
            entry("DPMSolverSDEScheduler", SigmaScheduler::sde),
            entry("FlowMatchEulerDiscreteScheduler", FlowScheduler::euler),
            entry("FlowMatchHeunDiscreteScheduler", FlowScheduler::heun),
            entry("LCMScheduler", DistilledScheduler::lcm),
            entry("TCDScheduler", DistilledScheduler::tcd),
            entry("EDMEulerScheduler", EdmScheduler::euler),
            entry("CMStochasticIterativeScheduler", ConsistencyScheduler::of));

    private final Map<String, @Nullable Object> keys;
    private final PublishedScheduler scheduler;
    private final Set<String> followed;

    private SchedulerConfig(Map<String, @Nullable Object> keys, PublishedScheduler scheduler, SchedulerKeys read) {
        this.keys = keys;
        this.scheduler = scheduler;
        this.followed = read.followed();
    }

    /** The names of the scheduler classes that can be read. */
    public static Set<String> classNames() {
        return CLASSES.keySet();
    }

    /** The defaults of diffusers for a DDPM: linear betas, eps, x0 clipped to [−1, 1], small variance. */
    public static SchedulerConfig ddpm() {
        return ddpm(BetaSchedule.ddpm(), Prediction.EPS);
    }

    /** What to write for a model of ours without a learned variance. */
    public static SchedulerConfig ddpm(BetaSchedule betas, Prediction prediction) {
        return ddpm(betas, new OutputMeaning(prediction, null), ReverseVariance.FIXED_SMALL);
    }

    /**
     * What to write for a model of ours; betas for which diffusers has no word are written out.
     *
     * @param variance of a reverse step, where the network has not learned it
     */
    public static SchedulerConfig ddpm(BetaSchedule ours, OutputMeaning meaning, ReverseVariance variance) {
        BetaSchedule betas = ours.curve() == BetaCurve.IDDPM_LINEAR ? ours.asLinear() : ours;
        Map<String, @Nullable Object> keys = new TreeMap<>();
        keys.put(CLASS, DDPM);
        keys.put("num_train_timesteps", betas.steps());
        keys.put("beta_start", betas.betaStart());
        keys.put("beta_end", betas.betaEnd());
        keys.put(
                "beta_schedule",
                SchedulerKeys.word(SchedulerKeys.CURVES, betas.curve()).orElse("linear"));
        keys.put("trained_betas", SchedulerKeys.writtenOut(betas).orElse(null));
        keys.put("rescale_betas_zero_snr", betas.zeroTerminalSnr());
        keys.put("prediction_type", required(SchedulerKeys.PREDICTIONS, meaning.prediction()));
        keys.put(
                VARIANCE,
                meaning.variance() != null
                        ? required(SchedulerKeys.LEARNED, meaning.variance())
                        : variance == ReverseVariance.FIXED_LARGE ? "fixed_large" : "fixed_small");
        keys.put("clip_sample", true);
        keys.put("clip_sample_range", 1.0);
        keys.put("thresholding", false);
        keys.put("dynamic_thresholding_ratio", 0.995);
        keys.put("sample_max_value", 1.0);
        keys.put(SPACING, "leading");
        keys.put("steps_offset", 0);
        return fromMap(keys, "scheduler");
    }

    /** What to write for a model of ours in continuous time; diffusers does not know its class. */
    public static SchedulerConfig continuous(ProcessSettings process) {
        Map<String, @Nullable Object> keys = new TreeMap<>(ContinuousScheduler.keys(process));
        keys.put(CLASS, ContinuousScheduler.NAME);
        return fromMap(keys, "scheduler");
    }

    /**
     * Reads {@code scheduler_config.json}; missing keys take diffusers' defaults.
     *
     * @param source where the map comes from, for messages
     * @throws FormatException if the class is not known, or a known key's value has the wrong type or is refused
     */
    public static SchedulerConfig fromMap(Map<String, ?> diffusersConfig, String source) {
        Map<String, @Nullable Object> keys = new TreeMap<>(diffusersConfig);
        keys.remove("_diffusers_version"); // says who wrote the file, not what it says
        String name = className(keys);
        Function<SchedulerKeys, PublishedScheduler> type = CLASSES.get(name);
        if (type == null) {
            throw new FormatException(source + ": " + CLASS + " '" + name + "' is not known; "
                    + DidYouMean.among(name, CLASSES.keySet()));
        }
        try {
            SchedulerKeys read = new SchedulerKeys(keys, source);
            read.value(CLASS);
            PublishedScheduler scheduler = type.apply(read);
            keys.values().removeIf(value -> value instanceof Double number && number.isInfinite()); // not in JSON
            return new SchedulerConfig(keys, scheduler, read);
        } catch (IllegalArgumentException e) {
            throw new FormatException(source + ": " + e.getMessage(), e);
        }
    }

    private static String className(Map<String, ?> keys) {
        return keys.containsKey(CLASS) ? String.valueOf(keys.get(CLASS)) : DDPM;
    }

    /** Diffusers' name of the class. */
    public String className() {
        return className(keys);
    }

    /**
     * What this file says, read by another class, as by diffusers' {@code from_config}: the same betas and prediction, another sampler.
     * A key that is omitted takes the other class's default.
     *
     * @param name such as {@code DPMSolverMultistepScheduler}, one of {@link #classNames}
     * @throws FormatException if there is no such class, or it refuses the value of a key
     */
    public SchedulerConfig asClass(String name) {
        Map<String, @Nullable Object> changed = new TreeMap<>(keys);
        changed.put(CLASS, name);
        return fromMap(changed, name);
    }

    /** A class with diffusers' defaults. */
    static SchedulerConfig ofClass(String name) {
        return fromMap(Map.of(CLASS, name), name);
    }

    /** The keys that mean nothing to this class, in alphabetical order: they change no picture, here as in diffusers. */
    public List<String> passedOver() {
        return SchedulerKeys.passedOver(keys.keySet(), followed);
    }

    /**
     * How the file says that samples are drawn. The class is the sampler, under its name in diffusers; but {@code ddpm} is the same as
     * its class.
     */
    public SampleSettings settings(int steps) {
        return settings(className().equals(DDPM) ? "ddpm" : className(), steps);
    }

    /** How a sampler of ours, or this class, draws on the timesteps and, if it asks for it, with the variance that the file says. */
    public SampleSettings settings(String sampler, int steps) {
        SampleSettings settings = new SampleSettings(
                sampler,
                steps,
                0,
                EtaRule.DEVIATION,
                ReverseVariance.FIXED_SMALL,
                scheduler.spacing().text(),
                1);
        ReverseVariance variance = DdpmScheduler.VARIANCES.get(String.valueOf(keys.get(VARIANCE)));
        return variance != null && settings.asksForVariance() ? settings.withVariance(variance) : settings;
    }

    /**
     * This class on other timesteps.
     *
     * @param spacing as in {@link SampleSettings}
     * @throws IllegalArgumentException if diffusers has no word for it
     */
    public SchedulerConfig on(String spacing) {
        if (spacing.equals(scheduler.spacing().text())) {
            return this;
        }
        require(
                !scheduler.spacing().equals(OffsetSpacing.TRAILING),
                "%s has timesteps of its own: omit the spacing, or choose a sampler that 'samplers' lists",
                className());
        Optional<OffsetSpacing> other = OffsetSpacing.ifNamed(spacing);
        Optional<String> word = other.flatMap(found -> SchedulerKeys.word(SchedulerKeys.SPACINGS, found.spacing()));
        require(
                word.isPresent(),
                "%s has no spacing '%s': choose leading, trailing or linspace, or a sampler that 'samplers' lists",
                className(),
                spacing);
        Map<String, @Nullable Object> changed = new TreeMap<>(keys);
        changed.put(SPACING, word.orElseThrow());
        changed.put("steps_offset", other.orElseThrow().offset());
        return fromMap(changed, className());
    }

    /** The keys and values in alphabetical order, as {@code scheduler_config.json} has them. */
    public Map<String, @Nullable Object> toMap() {
        return Collections.unmodifiableMap(keys);
    }

    /** The keys that mean something to this class, in the file or not; what the file has beside them changes nothing. */
    public Set<String> followedKeys() {
        return followed;
    }

    /** The process of a model of ours in continuous time; empty where this is a scheduler of diffusers. */
    public Optional<ProcessSettings> continuous() {
        return scheduler instanceof ContinuousScheduler continuous
                ? Optional.of(continuous.settings())
                : Optional.empty();
    }

    /** The process of the betas, or of what this class has instead. */
    public DiffusionProcess process() {
        return scheduler.process();
    }

    /** The process as diffusers' loop of n steps sees it; another only where that differs. */
    public DiffusionProcess process(int steps) {
        return scheduler.process(steps);
    }

    /** What the network's output means. */
    public OutputMeaning meaning() {
        return scheduler.meaning();
    }

    /** The grid of n steps that diffusers' scheduler of this class walks, with its quirks. */
    public TimeGrid grid(int steps) {
        return scheduler.grid(steps);
    }

    /** The grid over timesteps of one's own, decreasing. */
    public TimeGrid gridOf(double... timesteps) {
        return scheduler.gridOf(timesteps);
    }

    /** The grid over noise levels of one's own, decreasing; the last is where it ends, but in flow matching, which ends at 0. */
    public TimeGrid gridOfLevels(double... sigmas) {
        return scheduler.gridOfLevels(sigmas);
    }

    /** The sampler of this class with diffusers' defaults for what the file does not hold, such as {@code eta = 0}. */
    public Sampler sampler() {
        return scheduler.sampler();
    }

    /** By what N(0, 1) is multiplied to begin at the first time of a grid of this class; nearly 1. */
    public double startScale(TimeGrid grid) {
        return scheduler.startScale(grid);
    }

    /** What a sampler of ours does to x0: ancestral sampling and DDIM clip it as the file says, others do not. */
    public X0Limit limits(boolean clips) {
        SchedulerKeys read = new SchedulerKeys(keys, className());
        return clips ? X0Limit.of(read, true) : X0Limit.thresholding(read);
    }

    /** The sampler of this class with what the settings say of noise, where it asks for that. */
    public Sampler sampler(SampleSettings settings) {
        return scheduler.sampler(settings);
    }

    /** The model with its x0 clipped, thresholded or otherwise bound as the file says. */
    public Denoiser limited(Denoiser model, EpsAfterClipping eps) {
        return scheduler.limits().of(model, eps);
    }

    /** The model as diffusers' scheduler of this class sees it, if its samples are not x but x/alpha. */
    public Denoiser inItsCoordinates(Denoiser model) {
        return scheduler.inItsCoordinates(model);
    }

    private static <T> String required(Map<String, T> words, T ours) {
        return SchedulerKeys.word(words, ours).orElseThrow();
    }

    /** The keys and values. */
    @Override
    public String toString() {
        return keys.toString();
    }
}

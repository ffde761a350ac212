package org.diffusion4j.diffusers;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.continuous.ProcessSettings;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.sde.DormandPrince;
import org.diffusion4j.sample.sde.NormScope;
import org.diffusion4j.sample.sde.ProbabilityFlow;
import org.diffusion4j.schedule.TimeGrid;
import org.jspecify.annotations.Nullable;

/**
 * {@value #NAME}, our own class for models in continuous time: diffusers has schedulers for some of the processes only, and none that
 * says how times are given to the network. Its sampler is the probability-flow ODE.
 */
record ContinuousScheduler(ProcessSettings settings, ContinuousProcess process) implements PublishedScheduler {

    static final String NAME = "ContinuousTimeScheduler";

    private static final Map<String, String> WORDS = Map.of(
            "kind", "process",
            "sigmaMin", "sigma_min",
            "sigmaMax", "sigma_max",
            "levels", "num_levels",
            "sigmaData", "sigma_data",
            "time", "network_time");

    static ContinuousScheduler of(SchedulerKeys keys) {
        Map<String, Object> tree = new LinkedHashMap<>();
        WORDS.forEach((ours, word) -> {
            if (keys.has(word)) {
                tree.put(ours, Objects.requireNonNull(keys.value(word)));
            }
        });
        tree.putIfAbsent("kind", ProcessSettings.Kind.VP.toString());
        ProcessSettings settings = ProcessSettings.fromMap(tree, NAME);
        keys(settings).keySet().stream()
                .filter(word -> !word.equals("process"))
                .forEach(word -> keys.requireKey(word, "a model of " + settings.kind()));
        return new ContinuousScheduler(settings, settings.process());
    }

    /** The keys of the file. */
    static Map<String, @Nullable Object> keys(ProcessSettings settings) {
        Map<String, @Nullable Object> keys = new LinkedHashMap<>();
        settings.toMap().forEach((ours, value) -> keys.put(Objects.requireNonNull(WORDS.get(ours)), value));
        return keys;
    }

    @Override
    public OutputMeaning meaning() {
        return new OutputMeaning(settings.prediction(), null);
    }

    @Override
    public X0Limit limits() {
        return X0Limit.NONE;
    }

    @Override
    public TimeGrid grid(int steps) {
        return settings.grid(steps);
    }

    @Override
    public double startScale(TimeGrid grid) {
        return process.priorDeviation();
    }

    @Override
    public Sampler sampler() {
        return new ProbabilityFlow(new DormandPrince(1e-5, 1e-5, NormScope.SAMPLE));
    }
}

package org.diffusion4j.diffusers;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplerProvider;
import org.diffusion4j.sample.Samplers;

/** The scheduler classes of diffusers, as samplers of the models whose files name them. */
public final class SchedulerSamplers implements SamplerProvider {

    @Override
    public List<Samplers.Entry> samplers() {
        return List.of();
    }

    @Override
    public Map<String, Function<SampleSettings, Sampler>> schedulers() {
        return SchedulerConfig.classNames().stream()
                .collect(Collectors.toMap(
                        name -> name,
                        name -> settings -> SchedulerConfig.ofClass(name).sampler(settings)));
    }
}

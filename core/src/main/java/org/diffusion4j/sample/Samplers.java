package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.DiffusionException;

/**
 * The samplers by the names that recipes and the command line use; {@code diffuse samplers} prints them. Every {@link SamplerProvider}
 * on the class path adds some.
 */
public final class Samplers {

    /**
     * What is known of a sampler.
     *
     * @param name in kebab-case
     * @param callsPerStep how often the network is asked in a step
     * @param order the claimed order of convergence in the number of steps, of the deterministic part
     * @param stochastic whether noise is added with the settings' defaults
     * @param source paper and equation, or the code that defines it
     * @param use when to take it
     * @param options what can be set of it beside steps, timesteps and guidance
     * @param make the sampler of these settings
     */
    public record Entry(
            String name,
            int callsPerStep,
            int order,
            boolean stochastic,
            String source,
            String use,
            List<SamplerOption<?>> options,
            Function<SampleSettings, Sampler> make) {

        public Entry {
            options = List.copyOf(options);
        }

        /** A sampler without options. */
        public Entry(
                String name,
                int callsPerStep,
                int order,
                boolean stochastic,
                String source,
                String use,
                Function<SampleSettings, Sampler> make) {
            this(name, callsPerStep, order, stochastic, source, use, List.of(), make);
        }

        /** The same sampler with options. */
        public Entry withOptions(SamplerOption<?>... options) {
            return new Entry(name, callsPerStep, order, stochastic, source, use, List.of(options), make);
        }

        /** The name. */
        @Override
        public String toString() {
            return name;
        }
    }

    private Samplers() {}

    /** All, in the order in which they are listed. */
    public static List<Entry> all() {
        return Known.ALL;
    }

    /**
     * The sampler of that name.
     *
     * @throws IllegalArgumentException if there is none; the message has those that are
     */
    public static Entry named(String name) {
        return DidYouMean.choose("sampler", name, Known.ALL);
    }

    /** Whether a name is not of the listed samplers but of a {@linkplain SamplerProvider#schedulers scheduler class}. */
    public static boolean isScheduler(String name) {
        return Known.SCHEDULERS.containsKey(name);
    }

    /**
     * What makes the sampler of settings, listed or not.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    static Function<SampleSettings, Sampler> maker(String name) {
        Function<SampleSettings, Sampler> scheduler = Known.SCHEDULERS.get(name);
        return scheduler == null ? named(name).make() : scheduler;
    }

    /** The spacings that providers add. */
    static Map<String, Function<String, TimeSpacing>> spacings() {
        return Known.SPACINGS;
    }

    /**
     * Options of a sampler as files carry them, sorted, without those that are as by default.
     *
     * @throws IllegalArgumentException if it has no such option, or not of that value
     */
    static Map<String, Object> options(String sampler, Map<String, ?> given) {
        if (given.isEmpty()) {
            return Map.of();
        }
        require(
                !isScheduler(sampler),
                "%s has no options: its scheduler file says how it draws; take a sampler of the list, as euler",
                sampler);
        List<SamplerOption<?>> known = named(sampler).options();
        require(!known.isEmpty(), "sampler %s has no options, but option %s is set", sampler, given.keySet());
        Map<String, Object> options = new TreeMap<>();
        given.forEach((name, value) -> {
            SamplerOption<?> option = DidYouMean.choose("option of " + sampler, name, known);
            Object written = option.written(value);
            if (!option.isDefault(written)) {
                options.put(name, written);
            }
        });
        return Collections.unmodifiableMap(options);
    }

    /** Loaded at first use: the providers' classes are above this one. */
    private static final class Known {

        static final List<Entry> ALL;
        static final Map<String, Function<SampleSettings, Sampler>> SCHEDULERS;
        static final Map<String, Function<String, TimeSpacing>> SPACINGS;

        static {
            Map<String, Entry> byName = new LinkedHashMap<>();
            Map<String, Function<SampleSettings, Sampler>> schedulers = new LinkedHashMap<>();
            Map<String, Function<String, TimeSpacing>> spacings = new LinkedHashMap<>();
            try {
                for (SamplerProvider provider :
                        ServiceLoader.load(SamplerProvider.class, Samplers.class.getClassLoader())) {
                    provider.samplers().forEach(entry -> add(byName, entry, provider));
                    schedulers.putAll(provider.schedulers());
                    provider.spacings().forEach((name, maker) -> add(spacings, name, maker, provider));
                }
            } catch (ServiceConfigurationError e) {
                throw new DiffusionException(
                        "a provider of samplers on the class path cannot be used: " + e.getMessage(), e);
            }
            ALL = List.copyOf(byName.values());
            SCHEDULERS = Map.copyOf(schedulers);
            SPACINGS = Map.copyOf(spacings);
        }

        private static void add(
                Map<String, Function<String, TimeSpacing>> spacings,
                String name,
                Function<String, TimeSpacing> maker,
                SamplerProvider provider) {
            boolean usual = name.matches("[a-z][a-z0-9-]*");
            if (!usual || TimeSpacings.isOurs(name) || spacings.putIfAbsent(name, maker) != null) {
                throw new DiffusionException(
                        "the spacing '" + name + "' of " + provider.getClass().getName()
                                + (usual ? " has the name of another" : " must have a name of a-z, 0-9 and -")
                                + ": remove that jar, or rename its spacing");
            }
        }

        private static void add(Map<String, Entry> byName, Entry entry, SamplerProvider provider) {
            if (byName.putIfAbsent(entry.name(), entry) != null) {
                throw new DiffusionException("two samplers are named '" + entry.name() + "'; one comes from "
                        + provider.getClass().getName() + ": remove that jar, or rename its sampler");
            }
        }
    }
}

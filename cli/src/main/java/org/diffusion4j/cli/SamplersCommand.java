package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.option.ModelName;
import org.diffusion4j.cli.option.ModelParameter;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.SamplerComparison;
import org.diffusion4j.io.Json;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Samplers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Lists the samplers, or compares them on a model. */
@Command(
        name = "samplers",
        description = {
            "Lists the samplers: network calls a step, order, whether they add noise, where they come from, when to use them.",
            "With the name of a sampler: explains it and its options. With a model: draws the same pictures by all of them and writes a page that helps to choose."
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} samplers",
            "  ${ROOT-COMMAND-NAME} samplers heun",
            "  ${ROOT-COMMAND-NAME} samplers runs/quickstart/model --out samplers.md"
        })
final class SamplersCommand implements Runnable {

    private static final String ROW = "%-20s %5s %5s  %-5s  %-48s  %s%n";

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "SAMPLER or MODEL",
            description = "A sampler to explain, or a model on which to compare them. " + ModelParameter.DESCRIPTION)
    private @Nullable String about;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "samplers.md",
            description = "The page; its pictures go into a folder of that name (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(
            names = "--steps",
            split = ",",
            defaultValue = "5,10,20,50",
            description = "Numbers of steps (default: ${DEFAULT-VALUE}).")
    private List<Integer> steps;

    @Option(names = "--count", defaultValue = "10", description = "Pictures of each kind (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "--seed", defaultValue = "0", description = "Same seed, same pictures (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--force", description = "Replace what exists.")
    private boolean force;

    @Option(names = "--json", description = "Print JSON: the list, or what was written.")
    private boolean json;

    @Override
    public void run() {
        String name = about;
        if (name != null) {
            Samplers.all().stream()
                    .filter(sampler -> sampler.name().equals(name))
                    .findFirst()
                    .ifPresentOrElse(this::explain, () -> compare(model(name)));
        } else if (json) {
            Map<String, Object> facts = new LinkedHashMap<>();
            Samplers.all().forEach(s -> facts.put(s.name(), facts(s)));
            out().print(Json.pretty(facts));
        } else {
            list();
        }
    }

    private Path model(String name) {
        List<String> samplers =
                Samplers.all().stream().map(Samplers.Entry::name).toList();
        if (!Files.exists(Path.of(name))) {
            DidYouMean.nearest(name, samplers).ifPresent(near -> {
                throw new ParameterException(
                        spec.commandLine(),
                        "there is no sampler or model '" + name + "'; did you mean the sampler '" + near + "'?");
            });
        }
        try {
            return new ModelName().convert(name);
        } catch (TypeConversionException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void explain(Samplers.Entry sampler) {
        if (json) {
            out().print(Json.pretty(Map.of(sampler.name(), facts(sampler))));
            return;
        }
        out().printf("%s: %s%n", sampler.name(), sampler.use());
        out().printf(
                        "%d network calls a step, order %d, %s noise; %s%n",
                        sampler.callsPerStep(),
                        sampler.order(),
                        sampler.stochastic() ? "adds" : "adds no",
                        sampler.source());
        SampleSettings settings = SampleSettings.of(sampler.name(), 1);
        if (settings.asksForEta()) {
            out().printf("%n--eta 0, --eta-rule deviation%n    the share of noise put back at each step, 0 to 1%n");
        }
        if (settings.asksForVariance()) {
            out().printf("%n--variance fixed-small%n    of each reverse step: fixed-small, fixed-large or learned%n");
        }
        sampler.options()
                .forEach(option -> out().printf(
                                "%n--option %s=%s%n    %s; %s%n",
                                option.name(), option.byDefault(), option.meaning(), option.allowed()));
    }

    private void compare(Path folder) {
        Output.checkFile(out, ".md", force);
        Output.checkFolder(out.resolveSibling(SamplerPage.pictures(out)), force);
        SamplerPage page = new SamplerPage(out, folder, steps, count, seed);
        try (DiffusionModel loaded = ModelParameter.load(
                        folder, Compute.DEFAULT, spec.commandLine().getErr());
                LiveWork work = new LiveWork("drawing")) {
            long draws = 1 + (long) steps.size() * Samplers.all().size();
            long[] begun = {0};
            page.write(SamplerComparison.of(
                    loaded,
                    steps,
                    count,
                    seed,
                    settings -> work.at(begun[0]++, draws, "sheets", settings.sampler() + " in " + settings.steps())));
        }
        if (json) {
            out().print(Json.pretty(
                    Map.of("file", out.toString(), "samplers", Samplers.all().size())));
        } else {
            out().printf("%s: %d samplers%n", out, Samplers.all().size());
        }
    }

    private void list() {
        out().printf(ROW, "sampler", "calls", "order", "noise", "source", "use it for");
        Samplers.all()
                .forEach(s -> out().printf(
                                ROW,
                                s.name(),
                                s.callsPerStep(),
                                s.order(),
                                s.stochastic() ? "yes" : "no",
                                s.source(),
                                s.use()));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static Map<String, Object> facts(Samplers.Entry sampler) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("callsPerStep", sampler.callsPerStep());
        facts.put("order", sampler.order());
        facts.put("stochastic", sampler.stochastic());
        facts.put("source", sampler.source());
        facts.put("use", sampler.use());
        Map<String, Object> options = new LinkedHashMap<>();
        sampler.options()
                .forEach(option -> options.put(
                        option.name(),
                        Map.of(
                                "default", option.byDefault(),
                                "allowed", option.allowed(),
                                "meaning", option.meaning())));
        facts.put("options", options);
        return facts;
    }
}

package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.SamplerComparison;
import org.diffusion4j.io.Json;
import org.diffusion4j.sample.Samplers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the samplers, or compares them on a model. */
@Command(
        name = "samplers",
        description = {
            "Lists the samplers: network calls a step, order, whether they add noise, where they come from, when to use them.",
            "With a model: draws the same pictures by all of them and writes a page that helps to choose."
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} samplers",
            "  ${ROOT-COMMAND-NAME} samplers runs/quickstart/model --out samplers.md"
        })
final class SamplersCommand implements Runnable {

    private static final String ROW = "%-20s %5s %5s  %-5s  %-48s  %s%n";

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL",
            converter = ModelName.class,
            description = "A model on which to compare them. " + ModelParameter.DESCRIPTION)
    private @Nullable Path model;

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
        if (model != null) {
            compare(model);
        } else if (json) {
            Map<String, Object> facts = new LinkedHashMap<>();
            Samplers.all().forEach(s -> facts.put(s.name(), facts(s)));
            out().print(Json.pretty(facts));
        } else {
            list();
        }
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
        return facts;
    }
}

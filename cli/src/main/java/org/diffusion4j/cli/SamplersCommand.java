package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffusion4j.io.Json;
import org.diffusion4j.sample.Samplers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the samplers. */
@Command(
        name = "samplers",
        description =
                "Lists the samplers: network calls a step, order, whether they add noise, where they come from, when to use them.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} samplers"})
final class SamplersCommand implements Runnable {

    private static final String ROW = "%-20s %5s %5s  %-5s  %-48s  %s%n";

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> facts = new LinkedHashMap<>();
            Samplers.all().forEach(s -> facts.put(s.name(), facts(s)));
            out.print(Json.pretty(facts));
        } else {
            out.printf(ROW, "sampler", "calls", "order", "noise", "source", "use it for");
            Samplers.all()
                    .forEach(s -> out.printf(
                            ROW,
                            s.name(),
                            s.callsPerStep(),
                            s.order(),
                            s.stochastic() ? "yes" : "no",
                            s.source(),
                            s.use()));
        }
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

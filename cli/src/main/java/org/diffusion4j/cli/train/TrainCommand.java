package org.diffusion4j.cli.train;

import static java.util.stream.Collectors.joining;
import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.option.ComputeOptions;
import org.diffusion4j.cli.option.DataOptions;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.Json;
import org.diffusion4j.train.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains by a recipe. */
@Command(
        name = "train",
        description = "Trains a model by a recipe. Ctrl-C saves, and --resume goes on as if nothing had happened.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} train recipes/ddpm-mnist.json --data glyphs --out runs/digits"
        })
public final class TrainCommand implements Callable<Integer> {

    private static final List<TrainingRun<?>> KINDS = List.of(
            new ImageRun(),
            new SeriesRun(),
            new TextRun(),
            new ControlRun(),
            new NoisyClassifierRun(),
            new AutoencoderRun(),
            new ClipRun(),
            new LatentRun());

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "RECIPE",
            arity = "0..1",
            description = "A recipe. With --resume the run's own is used, and this may be omitted.")
    private @Nullable Path recipe;

    @Mixin
    private DataOptions data;

    @Mixin
    private ComputeOptions compute;

    @Option(names = "--out", paramLabel = "DIR", description = "The run folder (default: runs/NAME of the recipe).")
    private @Nullable Path out;

    @Option(
            names = "--set",
            paramLabel = "FIELD=VALUE",
            description = "Set a field of the recipe, such as train.batchSize=64; may be repeated.")
    private List<String> changes = new ArrayList<>();

    @Option(names = "--resume", description = "Go on with the run in --out from its newest checkpoint.")
    private boolean resume;

    @Option(names = "--force", description = "Replace a run that is in --out.")
    private boolean force;

    @Override
    public Integer call() {
        changes.addAll(data.changes());
        changes.addAll(compute.changes());
        PrintWriter err = spec.commandLine().getErr();
        TrainRequest request =
                new TrainRequest(data, changes, force, spec.commandLine().getOut(), err);
        return resume ? resume(request) : begin(request);
    }

    private int begin(TrainRequest request) {
        require(recipe != null, "which recipe? for instance recipes/ddpm-mnist.json");
        return of(recipe).begin(recipe, out, request);
    }

    private int resume(TrainRequest request) {
        require(out != null, "which run is to go on? say --out DIR");
        if (!Files.exists(Output.recipe(out))) {
            throw new CheckpointException(out + ": there is no run to resume, it has no recipe.json");
        }
        return of(Output.recipe(out)).resume(out, request);
    }

    private static TrainingRun<?> of(Path file) {
        Map<String, @Nullable Object> tree = Json.readObject(file);
        return KINDS.stream()
                .filter(run -> run.kind().isOne(tree))
                .findFirst()
                .orElseThrow(() -> new FormatException(file + ": kind '" + tree.get(Recipe.KIND_KEY)
                        + "' is not known; there are "
                        + KINDS.stream().map(run -> run.kind().name()).collect(joining(", "))));
    }
}

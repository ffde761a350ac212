package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.cli.console.Progress;
import org.diffusion4j.cli.metric.NllOdeMetric;
import org.diffusion4j.cli.option.BatchOption;
import org.diffusion4j.cli.option.ComputeOptions;
import org.diffusion4j.cli.option.DataOptions;
import org.diffusion4j.cli.option.FeatureOptions;
import org.diffusion4j.cli.option.ModelParameter;
import org.diffusion4j.cli.option.SeedsOption;
import org.diffusion4j.cli.option.SplitOption;
import org.diffusion4j.cli.option.SteeringOptions;
import org.diffusion4j.cli.option.SubjectsOption;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.evaluate.FeatureCache;
import org.diffusion4j.evaluate.FeatureNetwork;
import org.diffusion4j.evaluate.SampleMetric;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.measure.RealImages;
import org.diffusion4j.image.study.Comparison;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.image.study.Way;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares models, each drawn in its own way, or guided more and more. */
@Command(
        name = "compare",
        description = {
            "Draws from each model as its recipe says, or with guidance of several scales, measures all beside real pictures, and writes"
                    + " comparison.html, comparison.csv and, of guidance, plots in SVG.",
            "Unlike study, it takes models in continuous time. What is done is never drawn again: the same command goes on where it was"
                    + " stopped."
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} compare runs/ve/model runs/edm/model --data mnist --out ve-edm",
            "  ${ROOT-COMMAND-NAME} compare mnist --guidance 1,2,3 --data mnist --out guidance"
        })
final class CompareCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SubjectsOption models;

    @Mixin
    private SteeringOptions steering;

    @Option(
            names = "--metrics",
            split = ",",
            defaultValue = "fid,pr",
            paramLabel = "METRIC",
            description =
                    "What to measure: fid, sfid, is, kid, pr, accuracy of classes that can be asked for, and nll-ode"
                            + " (default: ${DEFAULT-VALUE}).")
    private List<String> metrics;

    @Mixin
    private NllOdeMetric nllOde;

    @Option(
            names = "--nll-count",
            paramLabel = "N",
            defaultValue = "100",
            description = "nll-ode: of how many pictures (default: ${DEFAULT-VALUE}).")
    private int nllCount;

    @Mixin
    private FeatureOptions features;

    @Mixin
    private DataOptions data;

    @Mixin
    private SplitOption split;

    @Option(
            names = "--count",
            defaultValue = "1000",
            description = "How many pictures each way draws (default: ${DEFAULT-VALUE}).")
    private int count;

    @Mixin
    private SeedsOption seeds;

    @Mixin
    private BatchOption batch;

    @Mixin
    private ComputeOptions compute;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "The folder of the comparison; one that was begun goes on.")
    private Path out;

    @Override
    public void run() {
        steering.check();
        nllOde.check();
        List<String> wanted = new ArrayList<>(metrics);
        boolean bits = wanted.remove(nllOde.name());
        List<SampleMetric> ofSamples = wanted.stream()
                .map(name -> DidYouMean.choose("metric", name, List.of(SampleMetric.values())))
                .toList();
        Output.checkStudy(out);
        Compute drawing = compute.of(Precision.AUTO);
        PrintWriter err = spec.commandLine().getErr();
        try (SubjectsOption opened = models;
                SteeringOptions loaded = steering) {
            List<Subject> subjects = opened.load(drawing, err);
            List<Way> ways = loaded.ways(subjects, folder -> ModelParameter.load(folder, drawing, err));
            RealImages real = real(subjects.get(0).model(), err);
            run(new Comparison(ways, count, seeds.list(), ofSamples, bits ? likelihood(real, err) : null), real);
        }
    }

    private RealImages real(DiffusionModel model, PrintWriter err) {
        ImageDataset reference = data.read(model, split.part(data), err);
        return data.withOther(model, split.part(data), reference, err);
    }

    private Comparison.@Nullable Likelihood likelihood(RealImages real, PrintWriter err) {
        int images = Math.min(nllCount, real.reference().size());
        Compute measuring = compute.of(Precision.FLOAT32); // the likelihood of a model in bf16 is another
        return new Comparison.Likelihood(
                nllOde.settings(images, batch.size(), seeds.list().get(0)),
                subject -> ModelParameter.load(models.folder(subject), measuring, err));
    }

    private void run(Comparison comparison, RealImages real) {
        String command =
                String.join(" ", spec.root().commandLine().getParseResult().originalArgs());
        try (FeatureNetwork network = features.network(real.reference());
                Progress progress = new Progress("comparing")) {
            FeatureCache cache = new FeatureCache(network, features.cache(), batch.size());
            String program = "Diffusion4j " + Program.version() + ", diffuse " + command;
            comparison.run(cache, real, out, program, progress::at);
        }
        spec.commandLine().getOut().printf("%s: look at comparison.html%n", out);
    }
}

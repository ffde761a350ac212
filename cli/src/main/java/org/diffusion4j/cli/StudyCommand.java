package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.cli.console.Progress;
import org.diffusion4j.cli.option.BatchOption;
import org.diffusion4j.cli.option.ComputeOptions;
import org.diffusion4j.cli.option.DataOptions;
import org.diffusion4j.cli.option.FeatureOptions;
import org.diffusion4j.cli.option.SeedsOption;
import org.diffusion4j.cli.option.SplitOption;
import org.diffusion4j.cli.option.SubjectsOption;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.evaluate.FeatureCache;
import org.diffusion4j.evaluate.FeatureNetwork;
import org.diffusion4j.evaluate.SampleMetric;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.measure.RealImages;
import org.diffusion4j.image.study.Study;
import org.diffusion4j.image.study.StudyGrid;
import org.diffusion4j.image.study.StudyGrid.Eta;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares models, samplers, steps, noise and timesteps. */
@Command(
        name = "study",
        description = {
            "Draws from models in every way of a grid, measures all of them beside real pictures, and writes study.html, study.csv"
                    + " and study-means.csv.",
            "Ways that cost little come first, and the files are there from the first on. What is done is never drawn again: the same"
                    + " command goes on where it was stopped, and one with more steps, etas, seeds or models begins with what is there.",
            "With several seeds, each way is drawn once with each: the page shows means, error bars and which differences are larger than the"
                    + " seeds' spread."
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} study mnist mnist-v --data mnist --seeds 3 --out study"})
final class StudyCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SubjectsOption models;

    @Option(
            names = "--sampler",
            split = ",",
            defaultValue = "ddim",
            description = "Those that 'samplers' lists (default: ${DEFAULT-VALUE}).")
    private List<String> samplers;

    @Option(
            names = "--steps",
            split = ",",
            defaultValue = "5,10,20,50,100,250,1000",
            description = "How many timesteps are visited (default: ${DEFAULT-VALUE}).")
    private List<Integer> steps;

    @Option(
            names = "--eta",
            split = ",",
            defaultValue = "0,0.2,0.5,1,sigma-hat",
            description =
                    "ddim: the share of noise put back at each step, and sigma-hat, DDPM's larger one (default: ${DEFAULT-VALUE}).")
    private List<String> etas;

    @Option(
            names = "--spacing",
            split = ",",
            defaultValue = "trailing",
            description =
                    "Which timesteps: leading, trailing, linspace or quadratic; or by noise: karras, exponential or beta (default: ${DEFAULT-VALUE}).")
    private List<String> spacings;

    @Option(
            names = "--metrics",
            split = ",",
            defaultValue = "fid,pr",
            paramLabel = "METRIC",
            description = "What to measure: fid, and is, kid, pr or accuracy besides (default: ${DEFAULT-VALUE}).")
    private List<String> metrics;

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
            description = "The folder of the study; one that was begun goes on.")
    private Path out;

    @Option(
            names = "--page-only",
            description = "Draw nothing: write the tables and the page of those cells that are there already.")
    private boolean pageOnly;

    @Override
    public void run() {
        StudyGrid grid =
                new StudyGrid(samplers, steps, etas.stream().map(Eta::named).toList(), spacings);
        Output.checkStudy(out);
        try (SubjectsOption opened = models) {
            List<Study.Subject> subjects =
                    opened.load(compute.of(Precision.AUTO), spec.commandLine().getErr());
            run(new Study(subjects, grid, count, seeds.list(), metrics()));
        }
    }

    private List<SampleMetric> metrics() {
        return metrics.stream()
                .map(name -> DidYouMean.choose("metric", name, List.of(SampleMetric.values())))
                .toList();
    }

    private void run(Study study) {
        PrintWriter err = spec.commandLine().getErr();
        DiffusionModel model = study.subjects().get(0).model();
        ImageDataset reference = data.read(model, split.part(data), err);
        RealImages real = data.withOther(model, split.part(data), reference, err);
        String command =
                String.join(" ", spec.root().commandLine().getParseResult().originalArgs());
        try (FeatureNetwork network = features.network(reference);
                Progress progress = new Progress("drawing")) {
            FeatureCache cache = new FeatureCache(network, features.cache(), batch.size());
            String program = "Diffusion4j " + Program.version() + ", diffuse " + command;
            if (pageOnly) {
                study.report(cache, real, out, program, progress::at);
            } else {
                study.run(cache, real, out, program, progress::at);
            }
        }
        spec.commandLine().getOut().printf("%s: look at study.html%n", out);
    }
}

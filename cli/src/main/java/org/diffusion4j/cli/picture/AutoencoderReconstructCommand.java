package org.diffusion4j.cli.picture;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.option.BatchOption;
import org.diffusion4j.cli.option.DataOptions;
import org.diffusion4j.cli.option.FeatureOptions;
import org.diffusion4j.cli.option.SplitOption;
import org.diffusion4j.data.GreyImages;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Subset;
import org.diffusion4j.evaluate.FeatureCache;
import org.diffusion4j.evaluate.FeatureNetwork;
import org.diffusion4j.evaluate.PictureSimilarity;
import org.diffusion4j.evaluate.Pictures;
import org.diffusion4j.evaluate.SampleEvaluation;
import org.diffusion4j.evaluate.SampleMetric;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Png;
import org.diffusion4j.latent.autoencoder.AutoencoderFolder;
import org.diffusion4j.latent.autoencoder.ReconstructedPictures;
import org.diffusion4j.nn.vae.PictureAutoencoder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends pictures through an autoencoder and shows how like themselves they come back. */
@Command(
        name = "reconstruct",
        description = "Sends pictures through an autoencoder, and measures how like themselves they come back.",
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} autoencoder reconstruct runs/autoencoder-emoji/model --data emoji --out again.png"
        })
final class AutoencoderReconstructCommand implements Runnable {

    private static final int SHOWN = 32;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            description = "The folder of an autoencoder, or the vae or vqvae folder of a pipeline.")
    private Path model;

    @Mixin
    private DataOptions data;

    @Mixin
    private SplitOption split;

    @Option(
            names = "--count",
            defaultValue = "1000",
            description = "How many pictures, the first ones (default: ${DEFAULT-VALUE}; all where there are fewer).")
    private int count;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "A PNG file: rows of pictures, below each what became of them.")
    private @Nullable Path out;

    @Option(names = "--force", description = "Replace what exists.")
    private boolean force;

    @Option(names = "--fid", description = "Measure the Fréchet distance of the features too.")
    private boolean fid;

    @Mixin
    private FeatureOptions features;

    @Mixin
    private BatchOption batch;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public void run() {
        require(count >= 1, "count must be at least 1, was %s", count);
        require(batch.size() >= 1, "batch-size must be at least 1, was %s", batch.size());
        if (out != null) {
            Output.checkFile(out, ".png", force);
        }
        try (PictureAutoencoder autoencoder = AutoencoderFolder.read(model)) {
            ImageDataset read = data.read(split.part(data), spec.commandLine().getErr());
            ImageDataset all = autoencoder.config().inChannels() == 1 ? GreyImages.whereGrey(read) : read;
            Pictures pictures = Pictures.of(new Subset(
                    all, IntStream.range(0, Math.min(count, all.size())).toArray()));
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("model", model.toString());
            facts.put("data", data.named());
            facts.put("count", pictures.count());
            ReconstructedPictures again = new ReconstructedPictures(autoencoder, model.toString(), pictures);
            facts.putAll(similarity(pictures, again));
            if (fid) {
                facts.put("fid", fid(all, pictures, again));
            }
            print(facts);
        }
    }

    private Map<String, Object> similarity(Pictures pictures, ReconstructedPictures reconstruction) {
        List<Double> psnr = new ArrayList<>();
        List<Double> ssim = new ArrayList<>();
        BufferedImage sheet = null;
        try (LiveWork work = new LiveWork("reconstructing")) {
            for (int first = 0; first < pictures.count(); first += batch.size()) {
                work.at(first, pictures.count(), "pictures");
                try (PointerScope scope = new PointerScope()) {
                    Tensor pixels = pictures.pixels(first, Math.min(batch.size(), pictures.count() - first));
                    Tensor again = reconstruction.of(pixels);
                    add(psnr, PictureSimilarity.psnr(unit(pixels), unit(again)));
                    add(ssim, PictureSimilarity.ssim(unit(pixels), unit(again)));
                    if (out != null && first == 0) {
                        int shown = (int) Math.min(SHOWN, pixels.size(0));
                        sheet = ReconstructedPictures.sheet(pixels.narrow(0, 0, shown), again.narrow(0, 0, shown));
                    }
                }
            }
        }
        if (out != null && sheet != null) {
            Png.write(out, sheet, Map.of("model", model.toString()));
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("psnr", mean(psnr));
        facts.put("ssim", mean(ssim));
        return facts;
    }

    private static Tensor unit(Tensor pixels) {
        return pixels.to(ScalarType.Double).div(new Scalar(255.0));
    }

    private static void add(List<Double> all, double[] more) {
        Arrays.stream(more).forEach(all::add);
    }

    private static double mean(List<Double> values) {
        return values.stream().flatMapToDouble(DoubleStream::of).average().orElseThrow();
    }

    private double fid(ImageDataset data, Pictures pictures, Pictures again) {
        try (FeatureNetwork network = features.network(data);
                LiveWork work = new LiveWork("looking");
                SampleEvaluation evaluation = SampleEvaluation.of(
                        new FeatureCache(network, features.cache(), batch.size()),
                        again,
                        pictures,
                        null,
                        (what, done, total) -> work.at(done, total, "pictures", what))) {
            return Objects.requireNonNull(evaluation.figures(SampleMetric.FID).get("fid"), "fid")
                    .value();
        }
    }

    private void print(Map<String, Object> facts) {
        PrintWriter print = spec.commandLine().getOut();
        if (json) {
            print.print(Json.pretty(facts));
            return;
        }
        facts.forEach((name, value) -> print.println(
                value instanceof Double number
                        ? String.format(Locale.ROOT, "%-6s %.4f%s", name, number, name.equals("psnr") ? " dB" : "")
                        : String.format(Locale.ROOT, "%-6s %s", name, value)));
    }
}

package org.diffusion4j.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.diffusion4j.benchmarks.UNetStep.Net;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.EngineReport;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.latent.LatentModel;

/**
 * Prints how fast the library is on this machine: a training step and a call of one U-Net, what each lever is worth, start-up of
 * the command line, peak memory. {@code benchmarks/run} builds and runs it; where PYTHON names a Python that has PyTorch, the same
 * network is timed there in turn.
 */
public final class Benchmarks {

    private static final int ROUNDS = Integer.getInteger("rounds", 15);
    private static final double GIGA = 1e9;

    private Benchmarks() {}

    /**
     * The jar of the command line, whose start-up is timed, {@code pytorch_unet.py} and {@code pytorch_sd.py}. {@code -Drounds=N} takes fewer rounds than 15,
     * {@code -Ddrawing=true} the table of drawing only, {@code -Dlevers=true} those of many callers and of levers only, {@code -Dcost=FILE.svg}
     * draws what more work costs into that file, {@code -Dsd=FOLDER} writes a model of the size of Stable Diffusion
     * 1.5 with random weights and times its step, and {@code -Donly="train small bf16"} repeats one work, for {@code benchmarks/profile}.
     */
    public static void main(String[] args) throws IOException {
        EngineReport engine = EngineReport.take();
        print(
                "libtorch %s, %d cores, %s, %s by default%n%n",
                engine.libtorch(), engine.threads(), engine.instructionSet(), engine.precision());
        if (Boolean.getBoolean("drawing")) {
            DrawingSpeed.table(ROUNDS, null);
            return;
        }
        if (Boolean.getBoolean("levers")) {
            ManyCallers.table(ROUNDS);
            Levers.table(ROUNDS);
            return;
        }
        String only = System.getProperty("only");
        if (only != null) {
            repeat(only.split(" "));
            return;
        }
        String stableDiffusion = System.getProperty("sd");
        if (stableDiffusion != null) {
            stableDiffusion(Path.of(stableDiffusion), args[2]);
            return;
        }
        String cost = System.getProperty("cost");
        if (cost != null) {
            Cost.table(ROUNDS, Path.of(cost));
            return;
        }
        throughput();
        String python = System.getenv("PYTHON");
        if (python != null) {
            try (PyTorch theirs = new PyTorch(python, args[1])) {
                BesidePyTorch.table(ROUNDS, theirs);
                DrawingSpeed.table(ROUNDS, theirs);
            }
        } else {
            DrawingSpeed.table(ROUNDS, null);
        }
        ManyCallers.table(ROUNDS);
        Levers.table(ROUNDS);
        StartUp.table(Path.of(args[0]));
        peakMemory();
    }

    /** A folder with random weights, if there is none yet, and where PYTHON is named the step beside PyTorch's. */
    private static void stableDiffusion(Path folder, String script) throws IOException {
        if (Files.exists(folder.resolve("model_index.json"))) {
            try (LatentModel model = LatentModel.load(folder, Compute.on(Precision.AUTO))) {
                print("%s loaded, of %s parameters: ", folder, model.parameterCounts());
                peakMemory();
            }
        } else {
            StableDiffusionStep.writeFolder(folder);
        }
        String python = System.getenv("PYTHON");
        if (python != null) {
            try (PyTorch theirs = new PyTorch(python, script)) {
                StableDiffusionStep.table(ROUNDS, theirs);
            }
        }
    }

    /** One work over and over: {@code train} or {@code infer}, the network, the precision. */
    private static void repeat(String[] words) {
        Net net = Net.valueOf(words[1].toUpperCase(Locale.ROOT));
        Precision precision = Precision.named(words[2]);
        try (UNetStep unet = new UNetStep(net, precision)) {
            double[] seconds = Interleaved.medians(ROUNDS, words[0].equals("train") ? unet::train : unet::infer);
            print("%s: %.1f ms%n", String.join(" ", words), 1000 * seconds[0]);
        }
    }

    private static void throughput() {
        Precision precision = Precision.AUTO.on(Device.CPU);
        double peak = Operators.convolutionPeak(ROUNDS, precision);
        try (UNetStep unet = new UNetStep(Net.LARGE, precision)) {
            double[] seconds = Interleaved.medians(ROUNDS, unet::train, unet::infer);
            print(
                    "| U-Net of %d parameters, batch %d, %s | ms | images/s | GFLOP/s | of a convolution's |%n|---|---|---|---|---|%n",
                    unet.parameters(), Net.LARGE.batch, precision);
            row("training step", seconds[0], 6, peak);
            row("call without gradients", seconds[1], 2, peak);
            print("%n3×3 convolution of 128 channels, the yardstick: %.0f GFLOP/s%n%n", peak / GIGA);
        }
    }

    private static void row(String name, double seconds, int flopsPerMultiplyAdd, double peak) {
        double rate = flopsPerMultiplyAdd * UNetStep.MULTIPLY_ADDS * Net.LARGE.batch / seconds;
        print(
                "| %s | %.0f | %.0f | %.0f | %.0f %% |%n",
                name, 1000 * seconds, Net.LARGE.batch / seconds, rate / GIGA, 100 * rate / peak);
    }

    private static void peakMemory() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (Files.isReadable(status)) {
            List<String> lines = Files.readAllLines(status);
            lines.stream()
                    .filter(line -> line.startsWith("VmHWM"))
                    .forEach(line -> print(
                            "peak memory of this process: %s, %d threads%n",
                            line.substring(6).strip(), Libtorch.threads()));
        }
    }

    static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format, values);
    }
}

package org.diffusion4j.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.EngineReport;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.Precision;

/**
 * Prints how fast the library is on this machine: a training step and a call of one U-Net, what each lever is worth, start-up of
 * the command line, peak memory. {@code benchmarks/run} builds and runs it; where PYTHON names a Python that has PyTorch, the same
 * network is timed there in turn.
 */
public final class Benchmarks {

    private static final int ROUNDS = 15;
    private static final double GIGA = 1e9;

    private Benchmarks() {}

    /** The jar of the command line, whose start-up is timed, and {@code pytorch_unet.py}. */
    public static void main(String[] args) throws IOException {
        EngineReport engine = EngineReport.take();
        print(
                "libtorch %s, %d cores, %s, %s by default%n%n",
                engine.libtorch(), engine.threads(), engine.instructionSet(), engine.precision());
        throughput();
        String python = System.getenv("PYTHON");
        if (python != null) {
            beside(python, args[1]);
        }
        Levers.table(ROUNDS);
        StartUp.table(Path.of(args[0]));
        peakMemory();
    }

    private static void throughput() {
        Precision precision = Precision.AUTO.on(Device.CPU);
        double peak = Operators.convolutionPeak(ROUNDS, precision);
        try (UNetStep unet = new UNetStep(precision)) {
            double[] seconds = Interleaved.medians(ROUNDS, unet::train, unet::infer);
            print(
                    "| U-Net of %d parameters, batch %d, %s | ms | images/s | GFLOP/s | of a convolution's |%n|---|---|---|---|---|%n",
                    unet.parameters(), UNetStep.BATCH, precision);
            row("training step", seconds[0], 6, peak);
            row("call without gradients", seconds[1], 2, peak);
            print("%n3×3 convolution of 128 channels, the yardstick: %.0f GFLOP/s%n%n", peak / GIGA);
        }
    }

    /** The same in PyTorch, each step of ours between two of theirs. */
    private static void beside(String python, String script) {
        try (UNetStep unet = new UNetStep(Precision.FLOAT32);
                PyTorch theirs = new PyTorch(python, script)) {
            print("| %s, float32 | ours, ms | contiguous, ms | channels_last, ms | ours / its best |%n", theirs.name());
            print("|---|---|---|---|---|%n");
            beside("training step", unet::train, theirs, "train");
            beside("call without gradients", unet::infer, theirs, "infer");
            print("%n");
        }
    }

    private static void beside(String name, Runnable ours, PyTorch theirs, String work) {
        double[] seconds = Interleaved.medians(
                ROUNDS, ours, () -> theirs.run(work + " contiguous"), () -> theirs.run(work + " channels_last"));
        print(
                "| %s | %.0f | %.0f | %.0f | %.2f |%n",
                name,
                1000 * seconds[0],
                1000 * seconds[1],
                1000 * seconds[2],
                seconds[0] / Math.min(seconds[1], seconds[2]));
    }

    private static void row(String name, double seconds, int flopsPerMultiplyAdd, double peak) {
        double rate = flopsPerMultiplyAdd * UNetStep.MULTIPLY_ADDS * UNetStep.BATCH / seconds;
        print(
                "| %s | %.0f | %.0f | %.0f | %.0f %% |%n",
                name, 1000 * seconds, UNetStep.BATCH / seconds, rate / GIGA, 100 * rate / peak);
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

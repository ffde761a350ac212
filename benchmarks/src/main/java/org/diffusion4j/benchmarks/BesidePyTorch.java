package org.diffusion4j.benchmarks;

import static org.diffusion4j.benchmarks.Benchmarks.print;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.diffusion4j.benchmarks.UNetStep.Net;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.Precision;

/** Both U-Nets here and in PyTorch, in each precision that the processor has instructions for. */
final class BesidePyTorch {

    private BesidePyTorch() {}

    static void table(int rounds, PyTorch theirs) {
        print("| %s | ours, ms | its best eager, ms | ours / it | compiled, ms | ours / it |%n", theirs.name());
        print("|---|---|---|---|---|---|%n");
        for (Net net : Net.values()) {
            for (Precision precision : precisions()) {
                try (UNetStep ours = new UNetStep(net, precision)) {
                    row(rounds, net, precision, "train", ours::train, theirs);
                    row(rounds, net, precision, "infer", ours::infer, theirs);
                }
            }
        }
        print("%n");
    }

    static List<Precision> precisions() {
        boolean lower = Precision.AUTO.on(Device.CPU) == Precision.BFLOAT16;
        return lower ? List.of(Precision.FLOAT32, Precision.BFLOAT16) : List.of(Precision.FLOAT32);
    }

    private static void row(int rounds, Net net, Precision precision, String work, Runnable ours, PyTorch theirs) {
        String of = work + " " + net + " ";
        List<Runnable> all = new ArrayList<>(List.of(ours));
        eager(precision).forEach(way -> all.add(() -> theirs.run(of + way)));
        int eager = all.size() - 1;
        String compiled = of + (precision == Precision.FLOAT32 ? "compiled" : "compiled_bf16");
        if (work.equals("infer") && theirs.can(compiled)) {
            all.add(() -> theirs.run(compiled));
        }
        double[] seconds = Interleaved.medians(rounds, all.toArray(Runnable[]::new));
        double best = Double.MAX_VALUE;
        for (int i = 1; i <= eager; i++) {
            best = Math.min(best, seconds[i]);
        }
        print(
                "| %s network, batch %d, %s, %s | %.0f | %.0f | %.2f | %s |%n",
                net,
                net.batch,
                work.equals("train") ? "training step" : "call",
                precision,
                1000 * seconds[0],
                1000 * best,
                seconds[0] / best,
                all.size() == eager + 1
                        ? "| "
                        : String.format(
                                Locale.ROOT,
                                "%.0f | %.2f",
                                1000 * seconds[eager + 1],
                                seconds[0] / seconds[eager + 1]));
    }

    static List<String> eager(Precision precision) {
        return precision == Precision.FLOAT32 ? List.of("contiguous", "channels_last") : List.of("bf16");
    }
}

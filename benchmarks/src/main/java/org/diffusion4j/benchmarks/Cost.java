package org.diffusion4j.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.Diffusion;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.report.LinePlot;
import org.diffusion4j.sample.SampleSettings;

/**
 * What a call costs against batch, width and resolution, and a drawing against steps: the time of each product, relative to that of the
 * middle of the series. A level line is cost in proportion to the work.
 */
final class Cost {

    /** A U-Net of this width on two levels, without attention. */
    private static final int WIDTH = 32;

    private static final int BATCH = 16;
    private static final int SIDE = 32;

    private Cost() {}

    /** What is varied: how the work grows with it, and what it is done with. */
    private record Series(String name, List<Integer> values, int middle, int power, Work work) {}

    /** Work of a size, to be closed. */
    @FunctionalInterface
    private interface Work {
        Measured of(int value, Precision precision);
    }

    /** Something to time. */
    private record Measured(Runnable run, Runnable close) {}

    static void table(int rounds, Path plot) {
        List<Series> all = List.of(
                new Series("batch", List.of(1, 2, 4, 8, 16, 32, 64), BATCH, 1, (n, p) -> call(n, WIDTH, SIDE, p)),
                new Series("width", List.of(8, 16, 32, 64, 128), WIDTH, 2, (w, p) -> call(BATCH, w, SIDE, p)),
                new Series("pixels a side", List.of(8, 16, 32, 64), SIDE, 2, (s, p) -> call(BATCH, WIDTH, s, p)),
                new Series("steps of a drawing", List.of(1, 2, 5, 10, 20), 5, 1, Cost::drawing));
        List<LinePlot.Line> lines = new ArrayList<>();
        Benchmarks.print("| varied | precision | ms |%n|---|---|---|%n");
        for (Precision precision : BesidePyTorch.precisions()) {
            for (Series series : all) {
                double[] seconds = seconds(rounds, series, precision);
                int middle = series.values.indexOf(series.middle);
                List<Double> work = series.values.stream()
                        .map(value -> Math.pow((double) value / series.middle, series.power))
                        .toList();
                List<Double> each = new ArrayList<>();
                StringBuilder cells = new StringBuilder();
                for (int i = 0; i < seconds.length; i++) {
                    each.add(seconds[i] / seconds[middle] / work.get(i));
                    cells.append(String.format(
                            Locale.ROOT, "%s%d: %.1f", i == 0 ? "" : ", ", series.values.get(i), 1e3 * seconds[i]));
                }
                Benchmarks.print("| %s | %s | %s |%n", series.name, precision, cells);
                lines.add(new LinePlot.Line(series.name + ", " + precision, work, each));
            }
        }
        Benchmarks.print("%n");
        new LinePlot(
                        "Time of each product against the amount of work",
                        LinePlot.Axis.log("work, relative to the middle of each series"),
                        LinePlot.Axis.log("time / work, relative to the middle"),
                        lines,
                        List.of())
                .write(plot);
    }

    private static double[] seconds(int rounds, Series series, Precision precision) {
        List<Measured> work = series.values.stream()
                .map(value -> series.work.of(value, precision))
                .toList();
        try {
            return Interleaved.medians(rounds, work.stream().map(Measured::run).toArray(Runnable[]::new));
        } finally {
            work.forEach(each -> each.close.run());
        }
    }

    /** A call without gradients. */
    private static Measured call(int batch, int width, int side, Precision precision) {
        UNet2D network = new UNet2D(
                UNet2DConfig.defaults()
                        .with(Map.of(
                                "in_channels",
                                3L,
                                "out_channels",
                                3L,
                                "block_out_channels",
                                List.of((long) width, 2L * width),
                                "down_block_types",
                                List.of("DownBlock2D", "DownBlock2D"),
                                "up_block_types",
                                List.of("UpBlock2D", "UpBlock2D"),
                                "layers_per_block",
                                1L,
                                "add_attention",
                                false,
                                "norm_num_groups",
                                8L)),
                0);
        network.parameters().computeIn(Compute.on(precision));
        Tensor x = torch.randn(batch, 3, side, side);
        Tensor timesteps = torch.rand(batch).mul_(new Scalar(1000.0));
        return new Measured(
                () -> {
                    try (PointerScope scope = new PointerScope();
                            AutoGradMode noGrad = new AutoGradMode(false)) {
                        network.forward(x, timesteps, Condition.NONE);
                    }
                },
                () -> {
                    network.close();
                    x.close();
                    timesteps.close();
                });
    }

    private static Measured drawing(int steps, Precision precision) {
        DiffusionModel model = Diffusion.load(ShippedModel.MNIST);
        DiffusionModel computing = model.to(Compute.on(precision));
        Draw draw = Draw.of(BATCH).with(SampleSettings.ddim(steps));
        return new Measured(() -> computing.draw(draw), () -> {
            computing.close();
            model.close();
        });
    }
}

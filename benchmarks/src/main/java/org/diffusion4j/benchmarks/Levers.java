package org.diffusion4j.benchmarks;

import static org.diffusion4j.benchmarks.Benchmarks.print;

import java.util.List;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.diffusion4j.benchmarks.UNetStep.Net;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Streams;
import org.diffusion4j.train.optimizer.Adam;

/** What each choice that is on by default is worth: time with it over time without it, measured in turn. */
final class Levers {

    private Levers() {}

    static void table(int rounds) {
        print("| what is on by default | time with / without |%n|---|---|%n");
        try (UNetStep unet = new UNetStep(Net.LARGE, Precision.FLOAT32);
                UNetStep lower = new UNetStep(Net.LARGE, Precision.BFLOAT16)) {
            row("one OpenBLAS thread, training step in float32", rounds, blas(unet, 1), blas(unet, Libtorch.threads()));
            row(
                    "one OpenBLAS thread, call in float32",
                    rounds,
                    blasInfer(unet, 1),
                    blasInfer(unet, Libtorch.threads()));
            openblas.blas_set_num_threads(1);
            row("all cores, training step in float32", rounds, threads(unet, Libtorch.threads()), threads(unet, 1));
            if (Precision.AUTO.on(Device.CPU) == Precision.BFLOAT16) {
                row("bfloat16, training step", rounds, lower::train, unet::train);
                row("bfloat16, call without gradients", rounds, lower::infer, unet::infer);
            }
        }
        for (Net net : Net.values()) {
            for (Precision precision : List.of(Precision.FLOAT32, Precision.AUTO.on(Device.CPU))) {
                try (UNetStep unet = new UNetStep(net, precision)) {
                    row(
                            "a batch in parts side by side, training step of the " + net + " network in " + precision,
                            rounds,
                            () -> unet.train(Streams.count()),
                            unet::train);
                }
            }
        }
        row(
                "channels last: norm, SiLU, convolution",
                rounds,
                Operators.block(MemoryFormat.ChannelsLast),
                Operators.block(MemoryFormat.Contiguous));
        row("norm of narrow groups channels first", rounds, Operators.narrowNorm(true), Operators.narrowNorm(false));
        row("fused attention in float32", rounds, Operators.attention(true), Operators.attention(false));
        optimizer(rounds);
        print("%n");
    }

    private static void row(String name, int rounds, Runnable with, Runnable without) {
        double[] seconds = Interleaved.medians(rounds, with, without);
        print("| %s | %.2f |%n", name, seconds[0] / seconds[1]);
    }

    private static Runnable blas(UNetStep unet, int threads) {
        return () -> {
            openblas.blas_set_num_threads(threads);
            unet.train();
        };
    }

    private static Runnable blasInfer(UNetStep unet, int threads) {
        return () -> {
            openblas.blas_set_num_threads(threads);
            unet.infer();
        };
    }

    private static Runnable threads(UNetStep unet, int threads) {
        int all = Libtorch.threads();
        return () -> {
            Libtorch.setThreads(threads);
            try {
                unet.train();
            } finally {
                Libtorch.setThreads(all);
            }
        };
    }

    /** 80 tensors of 21,000 values in one flat buffer, against libtorch's own class over the tensors. */
    private static void optimizer(int rounds) {
        int tensors = 80;
        int each = 21_000;
        TensorVector parameters = new TensorVector();
        for (int i = 0; i < tensors; i++) {
            Tensor parameter = torch.randn(each).requires_grad_(true);
            parameter.mutable_grad().put(torch.randn(each));
            parameters.push_back(parameter);
        }
        try (var own = new org.bytedeco.pytorch.Adam(parameters, new AdamOptions(1e-4));
                Tensor values = torch.randn((long) tensors * each);
                Tensor gradients = torch.randn((long) tensors * each);
                Adam flat = new Adam(new Adam.Settings(Adam.Kind.ADAM, 0.9, 0.999, 1e-8, 0), values, gradients)) {
            long[] step = {0};
            row("fused Adam over one flat buffer", rounds, () -> flat.step(++step[0], 1e-4), own::step);
        }
    }
}

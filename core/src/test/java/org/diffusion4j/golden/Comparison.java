package org.diffusion4j.golden;

import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.golden.GoldenCase.Array;

/**
 * Holds results against a case: passes where {@code |y - e| <= atol + rtol·|e|}, and keeps the worst share of that bound.
 * A case that checks nothing fails.
 */
public final class Comparison {

    private final GoldenCase golden;
    private int checked;
    private double worst;

    public Comparison(GoldenCase golden) {
        this.golden = golden;
    }

    /** The largest error seen, as a share of what the case allows: 1 is the bound. */
    public double worst() {
        return worst;
    }

    /** How many values were held against the case. */
    public int checked() {
        return checked;
    }

    /** Holds a result against {@code expected.<name>}. */
    public void expect(String name, double... actual) {
        Array expected = golden.expected(name);
        close(name, actual, expected.values(), golden.atol(name), golden.rtol(name));
    }

    /** Holds a result against {@code expected.<name>}, shape included. */
    public void expect(String name, Tensor actual) {
        Array expected = golden.expected(name);
        if (expected.shape().length > 0) {
            sameShape(name, actual.sizes().vec().get(), expected.shape());
        }
        expect(name, values(actual));
    }

    /** Integers must be equal. */
    public void expectExactly(String name, double... actual) {
        close(name, actual, golden.expected(name).values(), 0, 0);
    }

    /** Holds a result against {@code expected.<name>} with {@code factor} times both tolerances, rtol taken of the largest entry. */
    public void expectGradient(String name, Tensor actual, double factor) {
        Array expected = golden.expected(name);
        double largest = Arrays.stream(expected.values()).map(Math::abs).max().orElse(0);
        close(name, values(actual), expected.values(), factor * (golden.atol(name) + golden.rtol(name) * largest), 0);
    }

    public void sameShape(String name, long[] actual, long[] expected) {
        if (!Arrays.equals(actual, expected)) {
            throw new AssertionError(golden + ": " + name + " has shape " + Arrays.toString(actual) + ", expected "
                    + Arrays.toString(expected));
        }
    }

    public void close(String name, double[] actual, double[] expected, double atol, double rtol) {
        if (actual.length != expected.length) {
            throw new AssertionError(
                    golden + ": " + name + " has " + actual.length + " values, expected " + expected.length);
        }
        for (int i = 0; i < actual.length; i++) {
            checked++;
            if (actual[i] == expected[i]) {
                continue; // also equal infinities
            }
            double bound = atol + rtol * Math.abs(expected[i]);
            double error = Math.abs(actual[i] - expected[i]);
            if (!(error <= bound)) {
                throw new AssertionError(golden + ": " + name + "[" + i + "] is " + actual[i] + ", expected "
                        + expected[i] + " (error " + error + ", allowed " + bound + ")");
            }
            worst = Math.max(worst, error / bound);
        }
    }

    /** The values of a tensor of any dtype in row-major order. */
    public static double[] values(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor flat = tensor.detach().to(ScalarType.Double).contiguous();
            double[] values = new double[Math.toIntExact(flat.numel())];
            new DoublePointer(flat.data_ptr()).get(values);
            return values;
        }
    }

    /** A tensor of recorded values, made in the caller's scope. */
    public static Tensor tensor(Array array, ScalarType dtype) {
        Libtorch.start();
        DoublePointer data = new DoublePointer(array.values());
        return torch.from_blob(data, array.shape(), new TensorOptions(ScalarType.Double))
                .to(dtype, false, true, new MemoryFormatOptional());
    }
}

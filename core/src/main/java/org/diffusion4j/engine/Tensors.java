package org.diffusion4j.engine;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Tensors of Java's numbers, copied, made in the caller's scope and owned by the caller; and their numbers as an array.
 *
 * <p>{@link Tensor#create} does the same through indexers that use {@code sun.misc.Unsafe}, of which newer JVMs warn.
 */
public final class Tensors {

    private Tensors() {}

    /** float64 of that shape; without one a vector. */
    public static Tensor of(double[] values, long... shape) {
        Tensor tensor = empty(ScalarType.Double, values.length, shape);
        tensor.<DoubleBuffer>createBuffer().put(values);
        return tensor;
    }

    /** int64 of that shape; without one a vector. */
    public static Tensor of(long[] values, long... shape) {
        Tensor tensor = empty(ScalarType.Long, values.length, shape);
        tensor.<LongBuffer>createBuffer().put(values);
        return tensor;
    }

    /** uint8 of that shape; without one a vector. */
    public static Tensor of(byte[] values, long... shape) {
        Tensor tensor = empty(ScalarType.Byte, values.length, shape);
        tensor.<ByteBuffer>createBuffer().put(values);
        return tensor;
    }

    /** A tensor without values of that shape and memory layout, on the processor: for random numbers that are the same on every device. */
    public static Tensor emptyOnCpu(Tensor like, ScalarType dtype) {
        TensorOptions onCpu = new TensorOptions(dtype).device(new DeviceOptional(Device.CPU.torch()));
        return torch.empty_like(like, onCpu, new MemoryFormatOptional());
    }

    /** All numbers of a tensor of any dtype and device, in row-major order; it may need gradients. */
    public static double[] toArray(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            double[] values = new double[Math.toIntExact(tensor.numel())];
            tensor.detach()
                    .cpu()
                    .to(ScalarType.Double)
                    .contiguous()
                    .<DoubleBuffer>createBuffer()
                    .get(values);
            return values;
        }
    }

    private static Tensor empty(ScalarType dtype, int count, long[] shape) {
        Libtorch.start();
        return torch.empty(
                shape.length == 0 ? new long[] {count} : shape, new TensorOptions(dtype), new MemoryFormatOptional());
    }
}

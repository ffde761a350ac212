package org.diffusion4j.io;

import java.nio.ByteBuffer;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/** The memory of a contiguous tensor on the CPU as Java buffers, in pieces that are short enough for one. */
final class NativeBytes {

    private static final long PIECE = 1L << 20;

    private NativeBytes() {}

    /** The pieces in order; they alias the tensor and live as long as it. */
    static Iterable<ByteBuffer> of(Tensor tensor) {
        long size = tensor.nbytes();
        return () -> LongStream.range(0, (size + PIECE - 1) / PIECE)
                .mapToObj(i -> piece(tensor, i * PIECE, Math.min(size, (i + 1) * PIECE)))
                .iterator();
    }

    private static ByteBuffer piece(Tensor tensor, long begin, long end) {
        return new BytePointer(tensor.data_ptr())
                .getPointer(begin)
                .capacity(end - begin)
                .asByteBuffer();
    }
}

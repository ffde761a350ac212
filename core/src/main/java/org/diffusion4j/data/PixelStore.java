package org.diffusion4j.data;

import java.nio.ByteBuffer;
import org.diffusion4j.engine.OutOfNativeMemoryException;

/**
 * The pixels of many images of one size, outside the Java heap.
 *
 * <p>They lie in direct buffers of at most a gigabyte rather than in one tensor: a buffer lives as long as somebody can read it, so
 * nobody has to close a data set and no thread can read freed memory. Copying one image is one memcpy.
 */
final class PixelStore {

    private static final int LARGEST_CHUNK = 1 << 30;

    private final int imageBytes;
    private final int imagesPerChunk;
    private final ByteBuffer[] chunks;

    PixelStore(String name, int images, int imageBytes) {
        this.imageBytes = imageBytes;
        imagesPerChunk = Math.max(1, LARGEST_CHUNK / imageBytes);
        chunks = new ByteBuffer[(images - 1) / imagesPerChunk + 1];
        for (int c = 0; c < chunks.length; c++) {
            chunks[c] = allocate(name, Math.min(imagesPerChunk, images - c * imagesPerChunk), images);
        }
    }

    private ByteBuffer allocate(String name, int inChunk, int images) {
        try {
            return ByteBuffer.allocateDirect(inChunk * imageBytes);
        } catch (OutOfMemoryError e) {
            long megabytes = (long) images * imageBytes / (1 << 20) + 1;
            throw new OutOfNativeMemoryException(
                    name + ": the pixels need " + megabytes
                            + " MB outside the Java heap, which is more than Java may take; "
                            + "start Java with -XX:MaxDirectMemorySize=" + 2 * megabytes + "m or use smaller images",
                    e);
        }
    }

    /** The bytes of image {@code i}, to be written before the store is shared. */
    ByteBuffer image(int i) {
        return chunks[i / imagesPerChunk].slice(i % imagesPerChunk * imageBytes, imageBytes);
    }

    void copy(int i, ByteBuffer target) {
        target.put(image(i));
    }
}

package org.diffusion4j.data;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.engine.OutOfNativeMemoryException;

/**
 * The pixels of many images of one size, outside the Java heap; filled by one thread, then read by many.
 *
 * <p>They lie in direct buffers rather than in a tensor: a buffer lives as long as somebody can read it, so nobody has to close a data
 * set and no thread can read freed memory. Copying one image is one memcpy. Buffers are added as images come, so a file that lies
 * about its length takes no memory for it.
 */
final class PixelStore {

    private static final int CHUNK_BYTES = 4 << 20;

    private final String name;
    private final int imageBytes;
    private final int imagesPerChunk;
    private final List<ByteBuffer> chunks = new ArrayList<>();
    private int size;

    /** An empty store; {@code name} is for messages. */
    PixelStore(String name, int imageBytes) {
        this.name = name;
        this.imageBytes = imageBytes;
        imagesPerChunk = Math.max(1, CHUNK_BYTES / imageBytes);
    }

    /** Adds the image that begins at {@code offset}. */
    void add(byte[] pixels, int offset) {
        if (size == chunks.size() * imagesPerChunk) {
            chunks.add(newChunk());
        }
        chunks.get(size / imagesPerChunk).put(pixels, offset, imageBytes);
        size++;
    }

    private ByteBuffer newChunk() {
        try {
            return ByteBuffer.allocateDirect(imagesPerChunk * imageBytes);
        } catch (OutOfMemoryError e) {
            throw new OutOfNativeMemoryException(
                    name + ": after " + size + " images (" + ((long) size * imageBytes >> 20)
                            + " MB) there is no memory for more; start Java with a larger -XX:MaxDirectMemorySize or use smaller images",
                    e);
        }
    }

    int size() {
        return size;
    }

    /** Copies image {@code i} to the target's position. */
    void copy(int i, ByteBuffer target) {
        target.put(chunks.get(i / imagesPerChunk).slice(i % imagesPerChunk * imageBytes, imageBytes));
    }
}

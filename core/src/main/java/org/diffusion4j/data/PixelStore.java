package org.diffusion4j.data;

import static org.diffusion4j.engine.Require.require;

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
public final class PixelStore {

    private static final int CHUNK_BYTES = 4 << 20;

    private final String name;
    private final int channels;
    private final int height;
    private final int width;
    private final int imageBytes;
    private final int imagesPerChunk;
    private final List<ByteBuffer> chunks = new ArrayList<>();
    private int size;

    /** An empty store; {@code name} says where the images come from. */
    public PixelStore(String name, int channels, int height, int width) {
        require(
                channels > 0 && height > 0 && width > 0,
                "channels, height and width must be positive, were %s, %s, %s",
                channels,
                height,
                width);
        this.name = name;
        this.channels = channels;
        this.height = height;
        this.width = width;
        imageBytes = Math.multiplyExact(Math.multiplyExact(channels, height), width);
        imagesPerChunk = Math.max(1, CHUNK_BYTES / imageBytes);
    }

    /** Adds the image that begins at {@code offset}. */
    public void add(byte[] pixels, int offset) {
        if (size == chunks.size() * imagesPerChunk) {
            chunks.add(chunkOf(size == 0 ? 1 : imagesPerChunk));
        }
        int last = chunks.size() - 1;
        if (!chunks.get(last).hasRemaining()) { // the first chunk grows by doubling, so that few images take little
            int images = Math.min(2 * size, imagesPerChunk);
            chunks.set(last, chunkOf(images).put(chunks.get(last).flip()));
        }
        chunks.get(last).put(pixels, offset, imageBytes);
        size++;
    }

    private ByteBuffer chunkOf(int images) {
        try {
            return ByteBuffer.allocateDirect(images * imageBytes);
        } catch (OutOfMemoryError e) {
            throw new OutOfNativeMemoryException(
                    name + ": after " + size + " images (" + ((long) size * imageBytes >> 20)
                            + " MB) there is no memory for more; start Java with a larger -XX:MaxDirectMemorySize or use smaller images",
                    e);
        }
    }

    String name() {
        return name;
    }

    int size() {
        return size;
    }

    int channels() {
        return channels;
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    int imageBytes() {
        return imageBytes;
    }

    /** Copies image {@code i} to the target's position. */
    void copy(int i, ByteBuffer target) {
        target.put(chunks.get(i / imagesPerChunk).slice(i % imagesPerChunk * imageBytes, imageBytes));
    }
}

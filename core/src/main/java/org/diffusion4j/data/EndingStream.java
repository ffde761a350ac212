package org.diffusion4j.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * The bytes of an image file, for a plug-in of ImageIO. Some plug-ins go on behind the end of a damaged file, with an exception of
 * their own for each of millions of pixels; they are stopped here.
 */
final class EndingStream extends MemoryCacheImageInputStream {

    /** A sound reader looks once or twice whether something follows. */
    private static final int MOST_READS_BEHIND = 64;

    private int readsBehind;

    EndingStream(byte[] file) {
        super(new ByteArrayInputStream(file));
    }

    @Override
    public int read() throws IOException {
        return counted(super.read());
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return counted(super.read(target, offset, length));
    }

    private int counted(int result) throws IOException {
        if (result < 0 && ++readsBehind > MOST_READS_BEHIND) {
            throw new IOException("it is truncated");
        }
        return result;
    }
}

package org.diffusion4j.data;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteOrder;
import javax.imageio.stream.ImageInputStream;

/**
 * Which way up a picture is: tag 274 of its first TIFF directory, 1 to 8 (TIFF 6.0, section 8). A TIFF file has that itself; JPEG, PNG
 * and WebP carry such a file within them as EXIF data.
 */
final class Orientation {

    /** As it is stored. */
    static final int UPRIGHT = 1;

    private static final int LARGEST = 8;
    private static final int TAG = 274;
    private static final int NONE = -1;

    private static final long PNG = 0x89504e470d0a1a0aL;
    private static final int RIFF = 0x52494646;
    private static final int LITTLE = 0x4949;
    private static final int BIG = 0x4d4d;
    private static final int TIFF_VERSION = 42;
    private static final int APP1 = 0xe1;
    private static final int EXIF_OF_PNG = 0x65584966; // "eXIf"
    private static final int EXIF = 0x45584946; // "EXIF"
    private static final int EXIF_OF_JPEG = 0x45786966; // "Exif", then two zeros

    private Orientation() {}

    /** That of a file, {@link #UPRIGHT} where it does not say. The stream's position stays. */
    static int of(ImageInputStream in) throws IOException {
        ByteOrder order = in.getByteOrder();
        in.mark();
        try {
            in.setByteOrder(ByteOrder.BIG_ENDIAN);
            long exif = find(in);
            return exif == NONE ? UPRIGHT : read(in, exif);
        } catch (EOFException e) {
            return UPRIGHT; // what is cut short, its reader refuses
        } finally {
            in.setByteOrder(order);
            in.reset();
        }
    }

    private static long find(ImageInputStream in) throws IOException {
        long start = in.getStreamPosition();
        long signature = in.readLong();
        in.seek(start);
        int first = (int) (signature >>> 48);
        if (first == LITTLE || first == BIG) {
            return start;
        }
        if (signature == PNG) {
            return inPng(in, start + 8);
        }
        return (int) (signature >>> 32) == RIFF ? inWebP(in, start + 12) : inJpeg(in);
    }

    private static long inPng(ImageInputStream in, long first) throws IOException {
        for (long chunk = first; ; ) {
            seek(in, chunk);
            long length = in.readUnsignedInt();
            if (in.readInt() == EXIF_OF_PNG) {
                return chunk + 8;
            }
            chunk += 8 + length + 4; // the checksum
        }
    }

    private static long inWebP(ImageInputStream in, long first) throws IOException {
        for (long chunk = first; ; ) {
            seek(in, chunk);
            boolean found = in.readInt() == EXIF;
            in.setByteOrder(ByteOrder.LITTLE_ENDIAN);
            long length = in.readUnsignedInt();
            in.setByteOrder(ByteOrder.BIG_ENDIAN);
            if (found) {
                return afterName(in, chunk + 8);
            }
            chunk += 8 + length + length % 2;
        }
    }

    private static long inJpeg(ImageInputStream in) throws IOException {
        for (JpegSegment segment : JpegSegment.of(in)) {
            if (segment.marker() == APP1 && afterName(in, segment.start()) != segment.start()) {
                return afterName(in, segment.start());
            }
        }
        return NONE;
    }

    private static long afterName(ImageInputStream in, long start) throws IOException {
        in.seek(start);
        return in.readInt() == EXIF_OF_JPEG ? start + 6 : start;
    }

    private static int read(ImageInputStream in, long tiff) throws IOException {
        in.seek(tiff);
        in.setByteOrder(in.readUnsignedShort() == LITTLE ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        if (in.readUnsignedShort() != TIFF_VERSION) {
            return UPRIGHT;
        }
        seek(in, tiff + in.readUnsignedInt());
        for (int entries = in.readUnsignedShort(); entries > 0; entries--) {
            int tag = in.readUnsignedShort();
            in.skipBytes(6); // its type and count
            int value = in.readUnsignedShort();
            in.skipBytes(2);
            if (tag == TAG) {
                return value >= UPRIGHT && value <= LARGEST ? value : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    private static void seek(ImageInputStream in, long position) throws IOException {
        if (position > Integer.MAX_VALUE) { // far beyond the end the JDK's streams lose count
            throw new EOFException();
        }
        in.seek(position);
    }
}

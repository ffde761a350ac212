package org.diffusion4j.data;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.stream.ImageInputStream;

/**
 * A marker segment of a JPEG file before its pixels (ITU-T T.81, annex B).
 *
 * @param marker its second byte
 * @param components the colours of a frame, for markers that begin one, else 0
 * @param start where its content begins
 * @param length of its content in bytes
 */
record JpegSegment(int marker, int components, long start, int length) {

    private static final int START_OF_IMAGE = 0xffd8;
    private static final int START_OF_SCAN = 0xda;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int FRAME = 0xc0;
    private static final int CMYK = 4;

    /** All segments up to the first scan; none where this is not a JPEG. The stream's position stays. */
    static List<JpegSegment> of(ImageInputStream in) throws IOException {
        List<JpegSegment> segments = new ArrayList<>();
        in.mark();
        try {
            if (in.readUnsignedShort() == START_OF_IMAGE) {
                readAll(in, segments);
            }
        } catch (EOFException e) {
            // what is cut short, its reader refuses
        } finally {
            in.reset();
        }
        return segments;
    }

    private static void readAll(ImageInputStream in, List<JpegSegment> segments) throws IOException {
        while (in.readUnsignedByte() == 0xff) {
            int marker = in.readUnsignedByte();
            while (marker == 0xff) { // padding
                marker = in.readUnsignedByte();
            }
            if (marker == START_OF_SCAN || marker == END_OF_IMAGE) {
                return;
            }
            int length = Math.max(0, in.readUnsignedShort() - Short.BYTES);
            long start = in.getStreamPosition();
            in.seek(start + 5); // bits of a sample, height, width
            int components = isFrame(marker) ? in.readUnsignedByte() : 0;
            segments.add(new JpegSegment(marker, components, start, length));
            in.seek(start + length);
        }
    }

    /** Whether they are of a baseline, extended or progressive JPEG in grey or in three colours. */
    static boolean areOrdinary(List<JpegSegment> segments) {
        return segments.stream().anyMatch(segment -> segment.components > 0)
                && segments.stream()
                        .filter(segment -> segment.components > 0)
                        .allMatch(frame -> frame.marker <= FRAME + 2 && frame.components < CMYK);
    }

    /** All markers from 0xc0 to 0xcf but those of tables, 0xc4, 0xc8 and 0xcc. */
    private static boolean isFrame(int marker) {
        return marker >= FRAME && marker < FRAME + 16 && marker % 4 != 0 || marker == FRAME;
    }
}

package org.diffusion4j.io;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.zip.CRC32C;
import org.diffusion4j.engine.FileTrouble;

/**
 * Writes an event file, which TensorBoard shows: curves of numbers, and pictures, by step.
 *
 * <p>The file is a row of records, each an {@code Event} in a protocol buffer between its length and its checksum. A record is
 * written at once, so a killed process leaves at most one that is cut short, and opening the file again drops it. Not thread-safe.
 */
public final class EventWriter implements AutoCloseable {

    private static final String NAME = "events.out.tfevents.0.diffusion4j";

    /** Length and its checksum. */
    private static final int HEAD = Long.BYTES + Integer.BYTES;

    /** Field 2, a varint. */
    private static final byte STEP_TAG = 2 << 3;

    private final Path file;
    private final RandomAccessFile out; // not a channel, which closes when the writing thread is interrupted
    private final Clock clock;

    private EventWriter(Path file, RandomAccessFile out, Clock clock) {
        this.file = file;
        this.out = out;
        this.clock = clock;
    }

    /**
     * Opens the event file of a folder, or begins it.
     *
     * @param lastStep events of later steps are dropped, so that a resumed run has each step once; −1 drops all
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be written
     */
    public static EventWriter open(Path folder, long lastStep) {
        return open(folder, lastStep, Clock.systemUTC());
    }

    static EventWriter open(Path folder, long lastStep, Clock clock) {
        Path file = folder.resolve(NAME);
        try {
            Files.createDirectories(folder);
            RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
            EventWriter writer = new EventWriter(file, out, clock);
            try {
                writer.goOnAfter(lastStep);
                return writer;
            } catch (IOException | RuntimeException e) {
                out.close();
                throw e;
            }
        } catch (IOException e) {
            throw FileTrouble.writing(file, e);
        }
    }

    private void goOnAfter(long lastStep) throws IOException {
        long kept = endOf(lastStep);
        out.setLength(kept);
        out.seek(kept);
        if (kept == 0) {
            write(event(0).text(3, "brain.Event:2"));
        }
    }

    /** Adds a point to the curve {@code tag}, such as {@code loss/train}. */
    public void scalar(String tag, long step, double value) {
        add(step, new ProtoMessage().text(1, tag).float32(2, (float) value));
    }

    /** Adds a picture to those of {@code tag}. */
    public void image(String tag, long step, BufferedImage image) {
        ProtoMessage picture = new ProtoMessage()
                .int64(1, image.getHeight())
                .int64(2, image.getWidth())
                .int64(3, image.getRaster().getNumBands())
                .bytes(4, Png.encode(image, Map.of()));
        add(step, new ProtoMessage().text(1, tag).message(4, picture));
    }

    private void add(long step, ProtoMessage value) {
        try {
            write(event(step).message(5, new ProtoMessage().message(1, value)));
        } catch (IOException e) {
            throw FileTrouble.writing(file, e);
        }
    }

    private ProtoMessage event(long step) {
        return new ProtoMessage().float64(1, clock.millis() / 1000.0).int64(2, step);
    }

    private void write(ProtoMessage event) throws IOException {
        byte[] data = event.toByteArray();
        byte[] bytes = new byte[HEAD + data.length + Integer.BYTES];
        ByteBuffer record = little(bytes).putLong(data.length);
        record.putInt(checksum(record, Long.BYTES));
        record.put(data).putInt(checksum(ByteBuffer.wrap(data), data.length));
        out.write(bytes);
    }

    /** Where the first event of a later step begins, or the first record that is damaged, or the file ends. */
    private long endOf(long lastStep) throws IOException {
        long end = 0;
        while (true) {
            ByteBuffer head = read(end, HEAD);
            if (head.remaining() < HEAD || head.getInt(Long.BYTES) != checksum(head, Long.BYTES)) {
                return end;
            }
            int length = Math.toIntExact(Math.min(head.getLong(0), out.length()));
            ByteBuffer record = read(end + HEAD, length + Integer.BYTES);
            if (record.remaining() < length + Integer.BYTES
                    || record.getInt(length) != checksum(record, length)
                    || step(record) > lastStep) {
                return end;
            }
            end += HEAD + length + Integer.BYTES;
        }
    }

    /** The step of an event of ours, which stands behind the time unless it is 0; the checksum behind the event ends it. */
    private static long step(ByteBuffer event) {
        int position = 1 + Double.BYTES;
        if (event.limit() <= position || event.get(position++) != STEP_TAG) {
            return 0;
        }
        long step = 0;
        int shift = 0;
        byte part;
        do {
            part = event.get(position++);
            step |= (part & 0x7fL) << shift;
            shift += 7;
        } while (part < 0 && position < event.limit());
        return step;
    }

    private ByteBuffer read(long position, int length) throws IOException {
        byte[] bytes = new byte[(int) Math.max(0, Math.min(length, out.length() - position))];
        out.seek(position);
        out.readFully(bytes);
        return little(bytes);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** CRC-32C, rotated and shifted, as record files have it so that a checksum of checksums is not weak. */
    private static int checksum(ByteBuffer bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, length));
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw FileTrouble.writing(file, e);
        }
    }
}

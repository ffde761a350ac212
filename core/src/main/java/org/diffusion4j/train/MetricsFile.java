package org.diffusion4j.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Json;

/**
 * {@code metrics.jsonl}: one JSON object a line, one line a step or validation, in order. It holds no wall-clock time, so that an
 * interrupted and resumed training leaves the bytes of one that was not; times are in the event file.
 */
final class MetricsFile implements AutoCloseable {

    record StepLine(long step, double loss, double learningRate, double gradNorm) {}

    record ValidationLine(long step, double validationLoss) {}

    private final Path path;
    private final FileChannel channel;

    /** Opens the file, made where absent, and forgets what follows the first {@code length} bytes. */
    MetricsFile(Path path, long length) {
        this.path = path;
        try {
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.size() < length) {
                long size = channel.size();
                channel.close();
                throw new CheckpointException(path + ": has " + size + " bytes, the checkpoint was written after "
                        + length + "; put the whole file back to resume");
            }
            channel.truncate(length).position(length);
        } catch (IOException e) {
            throw FileTrouble.writing(path, e);
        }
    }

    void append(Record line) {
        String text = Json.line(Records.CAMEL_CASE.write(line)) + "\n";
        try {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw FileTrouble.writing(path, e);
        }
    }

    /** The length in bytes, all of them on the disk. */
    long forced() {
        try {
            channel.force(true);
            return channel.position();
        } catch (IOException e) {
            throw FileTrouble.writing(path, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw FileTrouble.writing(path, e);
        }
    }
}

package org.diffusion4j.train;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Json;
import org.jspecify.annotations.Nullable;

/**
 * {@code metrics.jsonl}: one JSON object a line, one line a step or validation, in order. It holds no wall-clock time, so that an
 * interrupted and resumed training leaves the bytes of one that was not; times are in the event file.
 */
final class MetricsFile implements AutoCloseable {

    record StepLine(
            long step,
            double loss,
            double learningRate,
            double gradNorm,
            @Records.Omittable @Nullable Double opponentLoss) {}

    record ValidationLine(long step, double validationLoss) {}

    private final Path path;
    private final RandomAccessFile out; // not a channel, which closes when the writing thread is interrupted

    /** Opens the file, made where absent, and forgets what follows the first {@code length} bytes. */
    MetricsFile(Path path, long length) {
        this.path = path;
        try {
            out = new RandomAccessFile(path.toFile(), "rw");
            long size = out.length();
            if (size < length) {
                out.close();
                throw new CheckpointException(path + ": has " + size + " bytes, the checkpoint was written after "
                        + length + "; put the whole file back to resume");
            }
            out.setLength(length);
            out.seek(length);
        } catch (IOException e) {
            throw FileTrouble.writing(path, e);
        }
    }

    void append(Record line) {
        append(Records.CAMEL_CASE.write(line));
    }

    /** Appends figures by name. */
    void append(long step, Map<String, Double> figures) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>(Map.of("step", step));
        line.putAll(figures);
        append(line);
    }

    private void append(Map<String, @Nullable Object> line) {
        String text = Json.line(line) + "\n";
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw FileTrouble.writing(path, e);
        }
    }

    /** The length in bytes, all of them on the disk. */
    long forced() {
        try {
            out.getFD().sync();
            return out.getFilePointer();
        } catch (IOException e) {
            throw FileTrouble.writing(path, e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw FileTrouble.writing(path, e);
        }
    }
}

package org.diffusion4j.io;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes PNG files of 8 bits a channel, gray or RGB, with text inside. The same picture and text give the same bytes.
 *
 * <p>Text of ASCII characters goes into {@code tEXt} chunks, other text into {@code iTXt} chunks in UTF-8. {@link PngText} reads both.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">PNG, third edition</a>
 */
public final class Png {

    static final long SIGNATURE = 0x89504E470D0A1A0AL;

    private static final int GRAY = 0;
    private static final int RGB = 2;
    private static final int MAX_KEYWORD = 79;

    private Png() {}

    /**
     * Writes a file, whole or not at all; one that exists is replaced.
     *
     * @param text by keywords of 1 to 79 printable ASCII characters, written in their order
     * @throws org.diffusion4j.engine.DiffusionException if the file cannot be written
     */
    public static void write(Path file, BufferedImage image, Map<String, String> text) {
        AtomicFile.write(file, encode(image, text));
    }

    /** The bytes of such a file. */
    public static byte[] encode(BufferedImage image, Map<String, String> text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(SIGNATURE);
            writeChunk(out, "IHDR", header(image));
            for (Map.Entry<String, String> entry : new TreeMap<>(text).entrySet()) {
                writeText(out, entry.getKey(), entry.getValue());
            }
            writeChunk(out, "IDAT", compressed(image));
            writeChunk(out, "IEND", new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException("a PNG in memory", e); // writing to memory does not fail
        }
        return bytes.toByteArray();
    }

    private static byte[] header(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(image.getWidth());
        out.writeInt(image.getHeight());
        out.writeByte(8); // bits
        out.writeByte(isGray(image) ? GRAY : RGB);
        out.write(new byte[3]); // deflate, filtered by rows, not interlaced
        return bytes.toByteArray();
    }

    private static void writeText(DataOutputStream out, String keyword, String text) throws IOException {
        require(
                keyword.matches("[!-~]([ -~]{0," + (MAX_KEYWORD - 2) + "}[!-~])?"),
                "'%s' cannot be a keyword of PNG text: 1 to %s printable ASCII characters are needed",
                keyword,
                MAX_KEYWORD);
        boolean ascii = text.chars().allMatch(c -> 0 < c && c < 128);
        Charset charset = ascii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
        // iTXt has between keyword and text: not compressed, method 0, no language, no translated keyword
        String separator = ascii ? "\0" : "\0\0\0\0\0";
        writeChunk(out, ascii ? "tEXt" : "iTXt", (keyword + separator + text).getBytes(charset));
    }

    private static byte[] compressed(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try (OutputStream out = new DeflaterOutputStream(bytes, deflater)) {
            for (int y = 0; y < image.getHeight(); y++) {
                out.write(0); // the row is not filtered
                out.write(row(image, y));
            }
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }

    private static byte[] row(BufferedImage image, int y) {
        int width = image.getWidth();
        if (isGray(image)) {
            return (byte[]) image.getRaster().getDataElements(0, y, width, 1, null); // getRGB would apply a gamma
        }
        byte[] row = new byte[3 * width];
        for (int x = 0; x < width; x++) {
            int rgb = image.getRGB(x, y);
            row[3 * x] = (byte) (rgb >> 16);
            row[3 * x + 1] = (byte) (rgb >> 8);
            row[3 * x + 2] = (byte) rgb;
        }
        return row;
    }

    private static boolean isGray(BufferedImage image) {
        return image.getType() == BufferedImage.TYPE_BYTE_GRAY;
    }

    private static void writeChunk(DataOutputStream out, String type, byte[] data) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.writeInt(data.length);
        out.write(name);
        out.write(data);
        out.writeInt((int) crc.getValue());
    }
}

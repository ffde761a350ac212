package org.diffusion4j.torture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** Small whole files, and what makes a changed one whole again on the outside. */
public final class Originals {

    private Originals() {}

    /** A picture of 12×9 pixels with a text beside them. */
    static BufferedImage picture(int type) {
        BufferedImage image = new BufferedImage(12, 9, type);
        Graphics2D pen = image.createGraphics();
        pen.setPaint(Color.ORANGE);
        pen.fillOval(1, 2, 9, 5);
        pen.setPaint(Color.BLUE);
        pen.drawLine(0, 8, 11, 0);
        pen.dispose();
        return image;
    }

    static byte[] encoded(BufferedImage image, String format) {
        return bytes(out -> {
            if (!ImageIO.write(image, format, out)) {
                throw new IOException("no " + format);
            }
        });
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] gzip(byte[] content) {
        return bytes(out -> {
            try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                gzip.write(content);
            }
        });
    }

    static byte[] zip(Map<String, byte[]> entries) {
        return bytes(out -> {
            try (ZipOutputStream zip = new ZipOutputStream(out)) {
                for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                    zip.putNextEntry(new ZipEntry(entry.getKey()));
                    zip.write(entry.getValue());
                }
            }
        });
    }

    public static Map<String, byte[]> unzip(Path file) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return entries;
    }

    public static byte[] with(Map<String, byte[]> entries, String name, byte[] content) {
        Map<String, byte[]> changed = new LinkedHashMap<>(entries);
        changed.put(name, content);
        return zip(changed);
    }

    /** A tar archive of one file. */
    public static byte[] tar(String name, byte[] content) {
        byte[] tar = new byte[512 * (1 + (content.length + 511) / 512 + 2)];
        byte[] path = utf8("cifar-10-batches-bin/" + name);
        System.arraycopy(path, 0, tar, 0, path.length);
        byte[] size = utf8(String.format("%011o", content.length));
        System.arraycopy(size, 0, tar, 124, size.length);
        System.arraycopy(content, 0, tar, 512, content.length);
        return tar;
    }

    static byte[] idx(int magic, int[] sizes, byte... content) {
        ByteBuffer file =
                ByteBuffer.allocate(4 + 4 * sizes.length + content.length).putInt(magic);
        Arrays.stream(sizes).forEach(file::putInt);
        return file.put(content).array();
    }

    /** A safetensors file of any header before these data. */
    static byte[] safetensors(byte[] header, byte[] data) {
        return ByteBuffer.allocate(8 + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(data)
                .array();
    }

    /** The PNG with the checksums of its chunks written anew, as far as there are whole ones. */
    static byte[] withPngChecksums(byte[] png) {
        ByteBuffer file = ByteBuffer.wrap(png);
        int at = 8;
        while (at + 12 <= png.length && file.getInt(at) >= 0 && file.getInt(at) <= png.length - at - 12) {
            int end = at + 8 + file.getInt(at);
            CRC32 crc = new CRC32();
            crc.update(png, at + 4, end - at - 4);
            file.putInt(end, (int) crc.getValue());
            at = end + 4;
        }
        return png;
    }

    /** The event file with the checksums of its records written anew, as far as there are whole ones. */
    public static byte[] withEventChecksums(byte[] events) {
        ByteBuffer file = ByteBuffer.wrap(events).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (at + 16 <= events.length && file.getLong(at) >= 0 && file.getLong(at) <= events.length - at - 16) {
            int length = (int) file.getLong(at);
            file.putInt(at + 8, masked(events, at, 8));
            file.putInt(at + 12 + length, masked(events, at + 12, length));
            at += 16 + length;
        }
        return events;
    }

    private static int masked(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Writing {
        void to(ByteArrayOutputStream out) throws IOException;
    }

    private static byte[] bytes(Writing writing) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writing.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}

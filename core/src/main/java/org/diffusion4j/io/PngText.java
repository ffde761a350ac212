package org.diffusion4j.io;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;

/** Reads the text of a PNG file, whoever wrote it: {@code tEXt}, {@code zTXt} and {@code iTXt} chunks. Pixels are not decoded. */
public final class PngText {

    private static final Set<String> TEXTS = Set.of("tEXt", "zTXt", "iTXt");

    /** Beyond this a text is passed over: nobody wrote it to be read. */
    private static final int MAX_TEXT = 1 << 20;

    private PngText() {}

    /**
     * The text by keyword, in the order of the file.
     *
     * @throws FormatException if the file is no PNG, is cut short, or a chunk does not fit its checksum
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be read
     */
    public static Map<String, String> read(Path file) {
        try (CheckedInputStream checked =
                new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file)), new CRC32())) {
            return read(new DataInputStream(checked), checked, file);
        } catch (EOFException e) {
            throw new FormatException(file + ": is cut short", e);
        } catch (ZipException e) {
            throw new FormatException(file + ": is damaged: a compressed text cannot be expanded", e);
        } catch (IOException e) {
            throw FileTrouble.reading(file, e);
        }
    }

    private static Map<String, String> read(DataInputStream in, CheckedInputStream checked, Path file)
            throws IOException {
        if (Files.size(file) < Long.BYTES || in.readLong() != Png.SIGNATURE) {
            throw new FormatException(file + ": is not a PNG file");
        }
        Map<String, String> text = new LinkedHashMap<>();
        for (String type = ""; !type.equals("IEND"); ) {
            int length = in.readInt();
            checked.getChecksum().reset();
            type = new String(in.readNBytes(Integer.BYTES), StandardCharsets.ISO_8859_1);
            boolean wanted = TEXTS.contains(type) && 0 <= length && length <= MAX_TEXT;
            byte[] data = wanted ? in.readNBytes(length) : new byte[0];
            in.skipNBytes(Integer.toUnsignedLong(length) - data.length);
            int found = (int) checked.getChecksum().getValue();
            if (in.readInt() != found) {
                throw new FormatException(file + ": is damaged: its chunk " + type + " does not fit its checksum");
            }
            if (wanted) {
                add(text, type, data);
            }
        }
        return text;
    }

    private static void add(Map<String, String> text, String type, byte[] data) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(data);
        String keyword = upToZero(in, StandardCharsets.ISO_8859_1);
        boolean international = type.equals("iTXt");
        boolean compressed = international ? in.read() == 1 : type.equals("zTXt");
        if (international || compressed) {
            in.read(); // the method, of which there is one
        }
        if (international) {
            upToZero(in, StandardCharsets.ISO_8859_1); // language
            upToZero(in, StandardCharsets.UTF_8); // translated keyword
        }
        InputStream plain = compressed ? new InflaterInputStream(in) : in;
        Charset charset = international ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        text.put(keyword, new String(plain.readNBytes(MAX_TEXT), charset));
    }

    private static String upToZero(InputStream in, Charset charset) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = in.read(); next > 0; next = in.read()) {
            bytes.write(next);
        }
        return bytes.toString(charset);
    }
}

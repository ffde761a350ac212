package org.diffusion4j.data.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;

/** Files of texts in UTF-8, one a line, plain or {@code .gz}. Blank lines are passed over; what stands before {@code ||} are facts. */
public final class TextFile {

    private static final String FACTS_END = "||";

    private TextFile() {}

    /**
     * Reads a file.
     *
     * @return at least one
     * @throws FormatException if it has no text, or is not UTF-8: then the message has the line and the byte
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be read
     */
    public static List<TextItem> read(Path file) {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
            List<TextItem> items = decoded(in.readAllBytes(), file)
                    .lines()
                    .map(TextFile::item)
                    .filter(item -> !item.text().isEmpty())
                    .toList();
            if (items.isEmpty()) {
                throw new FormatException(file + ": has no text; it needs one a line");
            }
            return items;
        } catch (IOException e) {
            throw FileTrouble.reading(file, e);
        }
    }

    private static TextItem item(String line) {
        int at = line.indexOf(FACTS_END);
        return at < 0
                ? new TextItem("", line.strip())
                : new TextItem(
                        line.substring(0, at).strip(),
                        line.substring(at + FACTS_END.length()).strip());
    }

    private static String decoded(byte[] bytes, Path file) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            int line = 1;
            int lineStart = 0;
            for (int i = 0; i < in.position(); i++) {
                if (bytes[i] == '\n') {
                    line++;
                    lineStart = i + 1;
                }
            }
            throw new FormatException(file + ": line " + line + ", byte " + (in.position() - lineStart + 1)
                    + " is not UTF-8; save the file as UTF-8");
        }
        String text = out.flip().toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
}

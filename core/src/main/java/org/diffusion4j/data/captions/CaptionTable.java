package org.diffusion4j.data.captions;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;

/** A table that has the name of an image in its first column and captions in others. */
final class CaptionTable {

    /** The names of such files, the first that is there counts. */
    static final List<String> NAMES = List.of("captions.tsv", "metadata.csv", "metadata.jsonl");

    private static final List<String> FILE = List.of("file_name", "file");
    private static final List<String> USUAL = List.of("text", "caption");
    private static final JsonFactory JSON = new JsonFactory();

    private CaptionTable() {}

    /** A line of the file, and what it has in which column. */
    private record Row(long line, Map<String, String> cells) {}

    /** The table of a folder. */
    static Optional<Path> in(Path folder) {
        return NAMES.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
    }

    /**
     * The captions of each image, in the order of the file.
     *
     * @param columns that are captions; none for {@code text} or {@code caption}, else the second
     */
    static Map<String, List<String>> read(Path file, List<String> columns, Consumer<String> onNote) {
        List<Row> rows = file.toString().endsWith(".jsonl") ? objects(file) : records(file);
        if (rows.isEmpty()) {
            throw new FormatException(file + ": has no row");
        }
        List<String> names = List.copyOf(rows.get(0).cells.keySet());
        String image = FILE.stream()
                .filter(names::contains)
                .findFirst()
                .orElseThrow(() -> new FormatException(
                        file + ": has no column '" + FILE.get(0) + "' or '" + FILE.get(1) + "', but " + names));
        List<String> chosen = columns.isEmpty() ? List.of(usual(file, names, image)) : columns;
        for (String column : chosen) {
            if (!names.contains(column) || column.equals(image)) {
                throw new FormatException(file + ": has no captions in a column '" + column + "'; its columns are "
                        + String.join(", ", names));
            }
        }
        List<String> others = names.stream()
                .filter(name -> !name.equals(image) && !chosen.contains(name))
                .toList();
        if (!others.isEmpty()) {
            onNote.accept(file + ": passed over the column" + (others.size() == 1 ? " " : "s ")
                    + String.join(", ", others) + "; captions are " + String.join(", ", chosen));
        }
        Map<String, List<String>> captions = new LinkedHashMap<>();
        for (Row row : rows) {
            List<String> each = chosen.stream()
                    .map(column -> row.cells.getOrDefault(column, "").strip())
                    .filter(caption -> !caption.isEmpty())
                    .distinct()
                    .toList();
            String name = row.cells.getOrDefault(image, "").strip();
            if (each.isEmpty() || name.isEmpty()) {
                throw new FormatException(
                        file + ": line " + row.line + " has no " + (name.isEmpty() ? "name of an image" : "caption"));
            }
            if (captions.put(name, each) != null) {
                throw new FormatException(file + ": line " + row.line + ": '" + name + "' is there already");
            }
        }
        return captions;
    }

    private static String usual(Path file, List<String> names, String image) {
        return USUAL.stream()
                .filter(names::contains)
                .findFirst()
                .or(() -> names.stream().filter(name -> !name.equals(image)).findFirst())
                .orElseThrow(() -> new FormatException(file + ": has no column of captions"));
    }

    private static List<Row> records(Path file) {
        char separator = file.toString().endsWith(".tsv") ? '\t' : ',';
        try (CsvReader<CsvRecord> reader =
                CsvReader.builder().fieldSeparator(separator).ofCsvRecord(file)) {
            List<Row> rows = new ArrayList<>();
            List<String> header = null;
            for (CsvRecord record : reader) {
                List<String> fields = record.getFields();
                if (header == null) {
                    header = fields.stream().map(String::strip).toList();
                    continue;
                }
                Map<String, String> cells = new LinkedHashMap<>();
                List<String> names = header;
                IntStream.range(0, names.size()).forEach(c -> cells.put(names.get(c), fields.get(c)));
                rows.add(new Row(record.getStartingLineNumber(), cells));
            }
            return rows;
        } catch (IOException e) {
            throw FileTrouble.reading(file, e);
        } catch (CsvParseException e) {
            throw new FormatException(file + ": is not well-formed: " + e.getMessage(), e);
        }
    }

    private static List<Row> objects(Path file) {
        List<Row> rows = new ArrayList<>();
        try {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (!lines.get(i).isBlank()) {
                    rows.add(new Row(i + 1, object(file, i + 1, lines.get(i))));
                }
            }
            return rows;
        } catch (IOException e) {
            throw FileTrouble.reading(file, e);
        }
    }

    /** The texts of an object; what is no text is passed over. */
    private static Map<String, String> object(Path file, int line, String text) throws IOException {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new FormatException(file + ": line " + line + " is no object");
            }
            Map<String, String> cells = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.VALUE_STRING) {
                    cells.put(name, parser.getText());
                } else {
                    parser.skipChildren();
                }
            }
            return cells;
        } catch (JsonProcessingException e) {
            throw new FormatException(file + ": line " + line + " is not well-formed: " + e.getOriginalMessage(), e);
        }
    }
}

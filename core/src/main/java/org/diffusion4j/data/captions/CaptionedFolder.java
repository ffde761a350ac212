package org.diffusion4j.data.captions;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.diffusion4j.data.ImageFiles;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;

/**
 * Images in a folder, or in zips that lie there, with their captions in a table beside them: {@code captions.tsv}, or
 * {@code metadata.csv} and {@code metadata.jsonl} as data sets on Hugging Face's hub have them.
 */
public final class CaptionedFolder {

    private CaptionedFolder() {}

    /** Whether a folder has such a table. */
    public static boolean isOne(Path folder) {
        return CaptionTable.in(folder).isPresent();
    }

    /**
     * Reads a folder into memory.
     *
     * @param columns which columns are captions; none: {@code text} or {@code caption}, else the second
     * @throws DiffusionException if there is no such folder or table
     * @throws FormatException if the table or an image cannot be read, or one that the table names is not there
     */
    public static CaptionedImages open(Path folder, List<String> columns, ReadOptions options) {
        if (!Files.isDirectory(folder)) {
            throw new DiffusionException(folder + ": there is no such folder");
        }
        Path file = CaptionTable.in(folder)
                .orElseThrow(() -> new DiffusionException(
                        folder + ": has no captions; expected one of " + String.join(", ", CaptionTable.NAMES)));
        Map<String, List<String>> table = CaptionTable.read(file, columns, options.onNote());
        ImageFiles.Named read = ImageFiles.readNamed(folder, List.copyOf(table.keySet()), file.toString(), options);
        List<List<String>> captions = read.names().stream().map(table::get).toList();
        return CaptionedImages.of(read.images(), captions::get);
    }
}

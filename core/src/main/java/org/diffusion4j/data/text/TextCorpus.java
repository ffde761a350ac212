package org.diffusion4j.data.text;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.diffusion4j.engine.Sha256;

/**
 * Texts to learn from, and others to measure on.
 *
 * @param heldOut may be empty
 */
public record TextCorpus(List<TextItem> training, List<TextItem> heldOut) {

    public TextCorpus {
        training = List.copyOf(training);
        heldOut = List.copyOf(heldOut);
        require(!training.isEmpty(), "there is no text to learn from");
    }

    /**
     * Reads files.
     *
     * @param source a file of training texts, or a folder that has files of these names
     * @param training the name of the file to learn from
     * @param heldOut the name of that to measure on; empty for none
     * @throws org.diffusion4j.engine.FormatException as {@link TextFile#read}
     */
    public static TextCorpus read(Path source, String training, String heldOut) {
        if (!Files.isDirectory(source)) {
            return new TextCorpus(TextFile.read(source), List.of());
        }
        require(
                !training.isEmpty(),
                "%s is a folder; which of its files? say data.file=NAME, or give a file of texts",
                source);
        return new TextCorpus(
                TextFile.read(source.resolve(training)),
                heldOut.isEmpty() ? List.of() : TextFile.read(source.resolve(heldOut)));
    }

    /** The texts to learn from. */
    public List<String> trainingTexts() {
        return training.stream().map(TextItem::text).toList();
    }

    /** The texts to measure on. */
    public List<String> heldOutTexts() {
        return heldOut.stream().map(TextItem::text).toList();
    }

    /** At most so many held-out items, spread evenly over all, since a file may be sorted. */
    public List<TextItem> spread(int most) {
        int count = Math.min(most, heldOut.size());
        return IntStream.range(0, count)
                .mapToObj(i -> heldOut.get((int) ((long) i * heldOut.size() / count)))
                .toList();
    }

    /** SHA-256 of the training texts, each with a line feed. */
    public String fingerprint() {
        return Sha256.of(String.join("\n", trainingTexts()) + "\n");
    }
}

package org.diffusion4j.text.control;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.diffusion4j.data.text.TaggedText;
import org.diffusion4j.data.text.TextFile;
import org.diffusion4j.data.text.TextItem;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.io.AtomicFile;
import org.diffusion4j.io.Json;
import org.jspecify.annotations.Nullable;

/**
 * Files of tagged texts, an object a line: {@code {"words_": ["START", "Zizzi", "is", …], "pos": ["START", "PROPN", "AUX", …]}}, as
 * Diffusion-LM's targets have them. The marks START and END and line feeds are no words.
 */
final class TaggedFile {

    static final String WORDS = "words_";
    static final String TAGS = "pos";
    private static final Set<String> NO_WORDS = Set.of("START", "END", "\n");

    private TaggedFile() {}

    /**
     * Reads a file, plain or {@code .gz}.
     *
     * @return at least one
     * @throws FormatException if a line is something else
     */
    static List<TaggedText> read(Path file) {
        List<TaggedText> texts = new ArrayList<>();
        int number = 0;
        for (String line : lines(file)) {
            String source = file + ": text " + ++number;
            texts.add(text(Json.parseObject(line, source), source));
        }
        return texts;
    }

    /** The lines that are not blank; at least one. */
    static List<String> lines(Path file) {
        return TextFile.read(file).stream().map(TextItem::text).toList();
    }

    static TaggedText text(Map<String, @Nullable Object> tree, String source) {
        List<String> words = strings(tree.get(WORDS), source);
        List<String> tags = strings(tree.get(TAGS), source);
        if (words.size() != tags.size()) {
            throw new FormatException(
                    source + ": has " + words.size() + " words and " + tags.size() + " parts of speech");
        }
        int[] kept = IntStream.range(0, words.size())
                .filter(i -> isWord(words.get(i)))
                .toArray();
        if (kept.length == 0) {
            throw new FormatException(source + ": has no word");
        }
        return new TaggedText(at(words, kept), at(tags, kept));
    }

    static boolean isWord(String token) {
        return !NO_WORDS.contains(token);
    }

    private static List<String> at(List<String> all, int[] positions) {
        return IntStream.of(positions).mapToObj(all::get).toList();
    }

    static List<String> strings(@Nullable Object value, String source) {
        if (!(value instanceof List<?> list) || !list.stream().allMatch(String.class::isInstance)) {
            throw new FormatException(
                    source + ": needs 'words_' and 'pos', lists of words and of their parts of speech");
        }
        return list.stream().map(String.class::cast).toList();
    }

    /** Writes such a file. */
    static void write(Path file, List<TaggedText> texts) {
        AtomicFile.write(file, texts.stream().map(TaggedFile::line).collect(Collectors.joining("\n", "", "\n")));
    }

    private static String line(TaggedText text) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put(WORDS, text.words());
        tree.put(TAGS, text.tags());
        return Json.line(tree);
    }

    /** SHA-256 of what is in the texts. */
    static String fingerprint(List<TaggedText> texts) {
        return Sha256.of(texts.stream().map(TaggedFile::line).collect(Collectors.joining("\n")));
    }
}

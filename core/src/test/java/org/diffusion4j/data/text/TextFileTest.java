package org.diffusion4j.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.diffusion4j.engine.FormatException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A file of texts")
class TextFileTest {

    @TempDir
    private Path folder;

    @Test
    void has_one_text_a_line_plain_or_compressed_with_facts_before_two_bars() throws IOException {
        String lines = "\uFEFF床前明月光,疑是地上霜。\r\n\n  \nname : Aromi | food : Chinese||Aromi is Chinese .\n";
        List<TextItem> expected = List.of(
                new TextItem("", "床前明月光,疑是地上霜。"), new TextItem("name : Aromi | food : Chinese", "Aromi is Chinese ."));
        assertThat(TextFile.read(Files.writeString(folder.resolve("a.txt"), lines)))
                .isEqualTo(expected);
        Path compressed = folder.resolve("a.txt.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
            out.write(lines.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(TextFile.read(compressed)).isEqualTo(expected);
    }

    @Test
    void that_is_not_UTF_8_is_refused_with_its_line_and_byte() throws IOException {
        Path file = Files.write(
                folder.resolve("latin.txt"), "caf\u00e9\nna\u00efve\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> TextFile.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessage(file + ": line 1, byte 4 is not UTF-8; save the file as UTF-8");
        Path second = Files.write(folder.resolve("second.txt"), new byte[] {'a', '\n', 'b', (byte) 0xE5});
        assertThatThrownBy(() -> TextFile.read(second)).hasMessageContaining("line 2, byte 2 is not UTF-8");
    }

    @Test
    void without_text_or_that_is_not_there_is_refused() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.txt"), "\n \n");
        assertThatThrownBy(() -> TextFile.read(empty)).hasMessage(empty + ": has no text; it needs one a line");
        Path absent = folder.resolve("absent.txt");
        assertThatThrownBy(() -> TextFile.read(absent))
                .hasMessage(absent + ": cannot be read: there is no such file or folder");
        assertThatThrownBy(() -> TextCorpus.read(folder, "", ""))
                .hasMessage(folder + " is a folder; which of its files? say data.file=NAME, or give a file of texts");
    }

    @Test
    void becomes_numbers_and_back_and_marks_in_a_text_are_no_marks() {
        Vocabulary vocabulary = Vocabulary.of(TextUnit.WORDS, List.of("the START of the END", "the end"), 1);
        assertThat(vocabulary.entries()).containsExactly("START", "END", "UNK", "PAD", "the", "of", "end");
        assertThat(vocabulary.numbers("the END  of it")).containsExactly(4, 2, 5, 2);
        assertThat(vocabulary.unknownIn("it is the end , it is")).containsExactly("it", "is", ",");
        assertThat(vocabulary.text(new int[] {0, 4, 6, 1, 4, 3})).isEqualTo("the end");
        assertThat(vocabulary.text(new int[] {4, 6, 3, 3})).isEqualTo("the end");
    }

    @Test
    void splits_characters_beyond_the_first_plane_whole() {
        assertThat(TextUnit.CHARACTERS.split("a 𠮷。")).containsExactly("a", "𠮷", "。");
        assertThat(TextUnit.CHARACTERS.split("  ")).isEmpty();
    }

    @Test
    void of_words_that_are_all_too_rare_has_no_vocabulary() {
        assertThatThrownBy(() -> Vocabulary.of(TextUnit.WORDS, List.of("a b", "c"), 2))
                .hasMessage("none of the 3 different words of the texts occurs 2 times; lower data.fewest");
    }

    @Test
    void gives_some_held_out_texts_that_lie_evenly_over_all() {
        List<TextItem> items = IntStream.range(0, 10)
                .mapToObj(i -> new TextItem("", String.valueOf(i)))
                .toList();
        TextCorpus corpus = new TextCorpus(items, items);
        assertThat(corpus.spread(4).stream().map(TextItem::text)).containsExactly("0", "2", "5", "7");
        assertThat(corpus.spread(99)).isEqualTo(items);
    }
}

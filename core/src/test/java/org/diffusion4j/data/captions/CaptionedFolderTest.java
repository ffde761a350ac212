package org.diffusion4j.data.captions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.TestImages;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A folder of captioned pictures")
class CaptionedFolderTest {

    @TempDir
    private Path folder;

    private final List<String> notes = new ArrayList<>();
    private final ReadOptions options = ReadOptions.DEFAULT.noting(notes::add);

    @BeforeEach
    void two_pictures_of_which_one_lies_in_a_zip() throws IOException {
        ImageIO.write(picture(0x102030), "png", folder.resolve("a.png").toFile());
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("more.zip")))) {
            zip.putNextEntry(new ZipEntry("b.png"));
            ImageIO.write(picture(0xff0000), "png", zip);
        }
    }

    private static BufferedImage picture(int rgb) {
        BufferedImage picture = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(0, 0, rgb);
        return picture;
    }

    @Test
    void takes_pictures_in_the_order_of_the_table_wherever_they_lie() throws IOException {
        Files.writeString(
                folder.resolve("captions.tsv"), "file\tname\tshort\tkind\nb.png\tred\tred\tx\na.png\tdark \t\tx\n");
        CaptionedImages data = CaptionedFolder.open(folder, List.of("name", "short"), options);
        assertThat(data.size()).isEqualTo(2);
        assertThat(data.captions(0)).containsExactly("red");
        assertThat(data.captions(1)).containsExactly("dark");
        assertThat(TestImages.pixels(data, 0)).containsExactly(-1, 0, 0);
        assertThat(TestImages.pixels(data, 1)).containsExactly(0x10, 0x20, 0x30);
        assertThat(notes).singleElement().asString().contains("passed over the column kind; captions are name, short");
    }

    @Test
    void reads_what_data_sets_of_the_hub_have() throws IOException {
        Files.writeString(
                folder.resolve("metadata.jsonl"),
                "{\"file_name\": \"a.png\", \"size\": {\"w\": [1]}, \"text\": \"dunkel, \\u6697\"}\n\n");
        CaptionedImages lines = CaptionedFolder.open(folder, List.of(), options);
        assertThat(lines.captions(0)).containsExactly("dunkel, 暗");
        assertThat(notes).singleElement().asString().contains("1 of 2 images have no caption");

        Files.writeString(folder.resolve("metadata.csv"), "text,file_name\n\"dark, very\",a.png\nred,b.png\n");
        CaptionedImages table = CaptionedFolder.open(folder, List.of(), options);
        assertThat(table.captions(0)).containsExactly("dark, very");
        assertThat(table.fingerprint()).isNotEqualTo(lines.fingerprint());
    }

    @Test
    void has_a_fingerprint_of_pixels_and_captions() throws IOException {
        Files.writeString(folder.resolve("captions.tsv"), "file\tname\na.png\tone\nb.png\ttwo\n");
        String one = CaptionedFolder.open(folder, List.of(), options).fingerprint();
        assertThat(CaptionedFolder.open(folder, List.of(), options).fingerprint())
                .isEqualTo(one);
        Files.writeString(folder.resolve("captions.tsv"), "file\tname\na.png\tone\nb.png\tthree\n");
        assertThat(CaptionedFolder.open(folder, List.of(), options).fingerprint())
                .isNotEqualTo(one);
    }

    @Test
    void says_in_a_line_what_is_wrong() throws IOException {
        assertThatThrownBy(() -> CaptionedFolder.open(folder, List.of(), options))
                .isInstanceOf(DiffusionException.class)
                .hasMessageContaining("has no captions; expected one of captions.tsv, metadata.csv, metadata.jsonl");
        refused("picture\tname\na.png\tx\n", "has no column 'file_name' or 'file'");
        refused("file\na.png\n", "has no column of captions");
        refused("file\tname\n", "has no row");
        refused("file\tname\na.png\tx\ty\n", "Record 2 has 3 fields, but first record had 2 fields");
        refused("file\tname\na.png\t \n", "line 2 has no caption");
        refused("file\tname\na.png\tx\na.png\ty\n", "line 3: 'a.png' is there already");
        refused("file\tname\nc.png\tx\n", "names 'c.png', which is no image in the folder");
        refused("file\tname\n../a.png\tx\n", "names '../a.png', which is no image in the folder");
        Files.writeString(folder.resolve("captions.tsv"), "file\tname\na.png\tx\n");
        assertThatThrownBy(() -> CaptionedFolder.open(folder, List.of("nme"), options))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("no captions in a column 'nme'; its columns are file, name");
        Files.delete(folder.resolve("captions.tsv"));
        Files.writeString(folder.resolve("metadata.jsonl"), "{\"file_name\": \"a.png\"");
        assertThatThrownBy(() -> CaptionedFolder.open(folder, List.of(), options))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("line 1 is not well-formed");
    }

    private void refused(String table, String why) throws IOException {
        Files.writeString(folder.resolve("captions.tsv"), table);
        assertThatThrownBy(() -> CaptionedFolder.open(folder, List.of(), options))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("\n");
    }
}

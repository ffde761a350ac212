package org.diffusion4j.data.catalog;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffusion4j.data.Formats;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.torture.Originals;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A gzipped tar archive")
class TarGzTest {

    @ParameterizedTest
    @ValueSource(strings = {"            ", "0000000-010 ", "00000009000 "})
    void with_a_size_that_is_no_octal_number_is_refused(String size, @TempDir Path folder) throws Exception {
        byte[] tar = Originals.tar("batches.meta.txt", new byte[10]);
        System.arraycopy(size.getBytes(StandardCharsets.US_ASCII), 0, tar, 124, size.length());
        Path archive = Files.write(folder.resolve("a.tar.gz"), Originals.gzip(tar));
        assertThatThrownBy(() -> Formats.unpack(archive))
                .isInstanceOf(FormatException.class)
                .hasMessage(archive + ": is damaged (an entry has the size '" + size.trim() + "'); get it again");
    }
}

package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffusion4j.engine.DiffusionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A file that is written whole or not at all")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege, and there are no such devices")
class AtomicFileTest {

    @TempDir
    Path folder;

    @Test
    void goes_where_a_link_leads_even_if_nothing_is_there_yet() throws IOException {
        Files.createDirectories(folder.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("second"));
        Files.createSymbolicLink(folder.resolve("second"), Path.of("elsewhere/file"));
        for (String text : new String[] {"one", "two"}) {
            AtomicFile.write(link, text);
            assertThat(folder.resolve("elsewhere/file")).isRegularFile().hasContent(text);
            assertThat(link).isSymbolicLink();
        }
    }

    @Test
    void names_links_that_lead_in_a_circle() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("a"), Path.of("b"));
        Files.createSymbolicLink(folder.resolve("b"), Path.of("a"));
        assertThatThrownBy(() -> AtomicFile.write(link, "text"))
                .isInstanceOf(DiffusionException.class)
                .hasMessageStartingWith(link + ": cannot be written");
    }

    @Test
    void writes_through_a_pipe_and_leaves_it_one() throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "there is no mkfifo");
        Process reader = new ProcessBuilder("cat", pipe.toString()).start();
        try {
            AtomicFile.write(pipe, "through");
            assertThat(new String(reader.getInputStream().readAllBytes())).isEqualTo("through");
        } finally {
            reader.destroyForcibly();
        }
        assertThat(Files.isRegularFile(pipe)).isFalse();
        assertThat(pipe).exists();
    }

    @Test
    void writes_through_a_device_by_a_link_and_says_when_it_is_full() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Links.isDevice(full), "there is no /dev/full");
        Path link = Files.createSymbolicLink(folder.resolve("link"), full);
        assertThatThrownBy(() -> AtomicFile.write(link, "text"))
                .isInstanceOf(DiffusionException.class)
                .hasMessageContaining("the disk is full");
        assertThat(Links.isDevice(full)).isTrue();
        assertThat(link).isSymbolicLink();
    }
}

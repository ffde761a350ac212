package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.DiffusionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A folder that is complete or absent")
class AtomicFolderTest {

    @TempDir
    Path parent;

    @Test
    void appears_with_all_its_files_and_nothing_beside_it() throws IOException {
        Path folder = parent.resolve("runs/a");
        AtomicFolder.create(folder, fresh -> {
            assertThat(folder).doesNotExist();
            Files.createDirectories(fresh.resolve("deep"));
            Files.writeString(fresh.resolve("deep/file"), "content");
        });
        assertThat(folder.resolve("deep/file")).hasContent("content");
        assertThat(names(parent.resolve("runs"))).containsExactly("a");
    }

    @Test
    void refuses_one_that_exists_and_leaves_it() throws IOException {
        Path folder = withFile("old");
        assertThatThrownBy(() -> AtomicFolder.create(folder, fresh -> {}))
                .isInstanceOf(DiffusionException.class)
                .hasMessage(folder + ": cannot be written: it exists already");
        assertThat(folder.resolve("file")).hasContent("old");
    }

    @Test
    void takes_the_place_of_one_that_exists() throws IOException {
        Path folder = withFile("old");
        AtomicFolder.replace(folder, fresh -> Files.writeString(fresh.resolve("new"), "new"));
        assertThat(names(folder)).containsExactly("new");
        assertThat(names(parent)).containsExactly("a");
    }

    @Test
    void leaves_the_old_one_and_no_rest_of_the_new_when_writing_fails() throws IOException {
        Path folder = withFile("old");
        assertThatThrownBy(() -> AtomicFolder.replace(folder, fresh -> {
                    Files.writeString(fresh.resolve("half"), "half");
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(DiffusionException.class)
                .hasMessage(folder + ": cannot be written: the disk is full; free some space or choose another folder");
        assertThatThrownBy(() -> AtomicFolder.replace(folder, fresh -> {
                    throw new IllegalStateException("stopped");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(folder.resolve("file")).hasContent("old");
        assertThat(names(parent)).containsExactly("a");
    }

    @Test
    void brings_the_old_one_back_where_the_new_one_cannot_take_its_place() throws IOException {
        Path folder = withFile("old");
        assertThatThrownBy(() -> AtomicFolder.takePlace(parent.resolve("nothing"), folder, parent.resolve(".a.old")))
                .isInstanceOf(NoSuchFileException.class);
        assertThat(folder.resolve("file")).hasContent("old");
        assertThat(names(parent)).containsExactly("a");
    }

    @Test
    void does_not_disturb_another_writer_of_the_same_folder() throws IOException {
        Path folder = parent.resolve("a");
        AtomicFolder.replace(folder, fresh -> {
            Files.writeString(fresh.resolve("first"), "first");
            AtomicFolder.replace(folder, other -> Files.writeString(other.resolve("second"), "second"));
        });
        assertThat(names(folder)).containsExactly("first");
        assertThat(names(parent)).containsExactly("a");
    }

    @Test
    void is_whole_whichever_of_many_writers_was_the_last() throws Exception {
        Path folder = parent.resolve("a");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Void>> writers = IntStream.range(0, 40)
                    .<Callable<Void>>mapToObj(i -> () -> {
                        AtomicFolder.replace(folder, fresh -> {
                            Files.writeString(fresh.resolve("one"), "" + i);
                            Files.writeString(fresh.resolve("two"), "" + i);
                        });
                        return null;
                    })
                    .toList();
            for (Future<Void> writer : threads.invokeAll(writers)) {
                writer.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(folder.resolve("two")).hasSameTextualContentAs(folder.resolve("one"));
        assertThat(names(parent)).containsExactly("a");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege")
    void goes_where_a_link_leads() throws IOException {
        Path folder = withFile("old");
        Path link = Files.createSymbolicLink(parent.resolve("link"), Path.of("a"));
        AtomicFolder.replace(link, fresh -> Files.writeString(fresh.resolve("new"), "new"));
        assertThat(link).isSymbolicLink();
        assertThat(names(folder)).containsExactly("new");
    }

    @Test
    void puts_in_order_what_killed_processes_left() throws IOException {
        String unique = UUID.randomUUID().toString();
        withFile("successor");
        for (String left : List.of(".a." + unique + ".tmp", ".a." + unique + ".old", ".b." + unique + ".old")) {
            Files.writeString(Files.createDirectories(parent.resolve(left)).resolve("file"), left);
        }
        Files.writeString(parent.resolve(".mine.tmp"), "stays");
        AtomicFolder.recover(parent);
        assertThat(names(parent)).containsExactlyInAnyOrder("a", "b", ".mine.tmp");
        assertThat(parent.resolve("a/file")).hasContent("successor");
        assertThat(parent.resolve("b/file")).hasContent(".b." + unique + ".old");
    }

    @Test
    void names_a_place_where_nothing_can_be_written() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "");
        assertThatThrownBy(() -> AtomicFolder.create(file.resolve("a"), fresh -> {}))
                .isInstanceOf(DiffusionException.class)
                .hasMessageStartingWith(file.resolve("a") + ": cannot be written: ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void is_whole_when_its_files_are_as_its_manifest_has_them() {
        SealedFolder.verify(sealed());
    }

    @Test
    void is_damaged_when_a_file_has_changed() throws IOException {
        Path folder = sealed();
        Files.writeString(folder.resolve("deep/file"), "contenT");
        assertThatThrownBy(() -> SealedFolder.verify(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder + ": is damaged: deep/file is not as manifest.json has it");
    }

    @Test
    void is_damaged_when_a_file_is_missing_or_was_added() throws IOException {
        Path folder = sealed();
        Files.move(folder.resolve("deep/file"), folder.resolve("other"));
        assertThatThrownBy(() -> SealedFolder.verify(folder))
                .hasMessage(folder + ": is damaged: other is not as manifest.json has it");
        Files.delete(folder.resolve("other"));
        assertThatThrownBy(() -> SealedFolder.verify(folder))
                .hasMessage(folder + ": is damaged: these are missing: [deep/file]");
    }

    @Test
    void is_damaged_when_its_manifest_is_missing_or_cut_short() throws IOException {
        Path folder = sealed();
        Path manifest = folder.resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).substring(0, 20));
        assertThatThrownBy(() -> SealedFolder.verify(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(folder + ": is damaged: " + manifest + ": line 3, column 5: Unexpected end");
        Files.delete(manifest);
        assertThatThrownBy(() -> SealedFolder.verify(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder + ": is damaged: it has no manifest.json");
    }

    private Path sealed() {
        Path folder = parent.resolve("sealed");
        SealedFolder.create(folder, fresh -> {
            Files.createDirectories(fresh.resolve("deep"));
            Files.writeString(fresh.resolve("deep/file"), "content");
        });
        return folder;
    }

    private Path withFile(String content) throws IOException {
        Path folder = Files.createDirectories(parent.resolve("a"));
        Files.writeString(folder.resolve("file"), content);
        return folder;
    }

    private static Stream<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        }
    }
}

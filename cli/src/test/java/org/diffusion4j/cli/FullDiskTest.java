package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a disk of four kilobytes, which Linux gives to a user in a namespace of mounts; elsewhere these tests are skipped. */
@DisplayName("A full disk")
class FullDiskTest {

    @TempDir
    private Path folder;

    private Path disk;

    @BeforeEach
    void makeDisk() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(onTheDisk(Stream.of("true")).code() == 0, "no disk can be mounted here");
    }

    @Test
    void stops_a_drawing_in_one_line_and_leaves_no_half_picture() throws Exception {
        Ran ran = onTheDisk(Launched.words(
                "sample", TinyModel.in(folder), "--steps", 1, "--count", 1600, "--out", disk.resolve("grid.png")));
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out().lines().filter(line -> line.startsWith("diffuse: ")))
                .containsExactly("diffuse: " + disk.resolve("grid.png")
                        + ": cannot be written: the disk is full; free some space or choose another folder");
    }

    @Test
    void stops_a_training_in_one_line() throws Exception {
        Ran ran = onTheDisk(Launched.words(
                "quickstart", "--data", "glyphs", "--set", "train.steps=1", "--out", disk.resolve("run")));
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out().lines().filter(line -> line.startsWith("diffuse: ")))
                .singleElement()
                .asString()
                .startsWith("diffuse: " + disk)
                .contains("the disk is full; free some space or choose another folder");
    }

    /** Runs a command; what lies on the disk is gone afterwards. */
    private Ran onTheDisk(Stream<String> command) throws InterruptedException {
        List<String> words = Stream.concat(
                        Stream.of(
                                "unshare",
                                "--user",
                                "--map-root-user",
                                "--mount",
                                "sh",
                                "-c",
                                "mount -t tmpfs -o size=4k tmpfs \"$0\" && exec \"$@\"",
                                disk.toString()),
                        command)
                .toList();
        try {
            Process process =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ran(process.waitFor(), printed, "");
        } catch (IOException e) {
            return new Ran(-1, "", e.getMessage()); // there is no unshare
        }
    }
}

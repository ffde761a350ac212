package org.diffusion4j.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On a small disk that Linux mounts for a user in a namespace of mounts; elsewhere these tests are skipped. */
@DisplayName("A disk that is full at any write")
class FullDiskTest {

    @TempDir
    private Path folder;

    private Path disk;
    private Path aside;

    @BeforeEach
    void makeDisk() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        aside = Files.createDirectory(folder.resolve("aside"));
        assumeTrue(onTheDisk(List.of("true")).endsWith("exit code 0"), "no disk can be mounted here");
    }

    @ParameterizedTest(name = "room grows by {0} {1}")
    @CsvSource({"100000, bytes", "30, files"})
    void never_costs_the_last_good_checkpoint(int growth, String what) throws Exception {
        fill(growth, what);
    }

    @Tag("torture")
    @ParameterizedTest(name = "room grows by {0} {1}")
    @CsvSource({"4096, bytes", "1, files"})
    void page_by_page_never_costs_the_last_good_checkpoint(int growth, String what) throws Exception {
        fill(growth, what);
    }

    private void fill(int growth, String what) throws Exception {
        String printed = onTheDisk(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FullDisk.class.getName(),
                disk.toString(),
                aside.toString(),
                "" + growth,
                what));
        assertThat(printed).matches("(?s).*full [1-9]\\d* times\\s*exit code 0");
        System.out.println("room grows by " + growth + " " + what + ": "
                + printed.lines()
                        .filter(line -> line.startsWith("full"))
                        .findFirst()
                        .orElseThrow());
    }

    /** Runs a command; what lies on the disk is gone afterwards. */
    private String onTheDisk(List<String> command) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs tmpfs \"$1\" && mount -t tmpfs -o size=4m,nr_inodes=400 tmpfs \"$0\" && shift && exec \"$@\"",
                disk.toString(),
                aside.toString()));
        words.addAll(command);
        try {
            ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
            builder.environment()
                    .put("OMP_NUM_THREADS", "1"); // threads that wait for each other are slow beside other work
            Process process = builder.start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return printed + "exit code " + process.waitFor();
        } catch (IOException e) {
            return "there is no unshare: " + e.getMessage();
        }
    }
}

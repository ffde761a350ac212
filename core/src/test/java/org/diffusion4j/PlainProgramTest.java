package org.diffusion4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.glyphs.Glyphs;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.sample.SampleSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A plain Java program that uses the library")
@EnabledOnOs(OS.LINUX) // which tells the peak in /proc
class PlainProgramTest {

    /** JavaCPP's own cap, four times the heap, would be 1 GiB here, and stop a training that needs more than that. */
    @Test
    void trains_and_draws_in_a_heap_of_256_MiB_without_further_flags(@TempDir Path folder) throws Exception {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName(),
                        folder.resolve("run").toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor()).as(output).isZero();
        assertThat(output).contains("drew 8, VmHWM");
        long peakKiB = Long.parseLong(output.replaceAll("(?s).*VmHWM:\\s*(\\d+) kB.*", "$1"));
        System.out.printf("A plain program with -Xmx256m trained at a resident peak of %d MiB%n", peakKiB / 1024);
        assertThat(peakKiB).as("needs more than JavaCPP would allow").isGreaterThan(1024 * 1024);
    }

    /** What a user writes. */
    static final class Program {

        public static void main(String[] args) throws Exception {
            ImageDataset data = Glyphs.draw(400, 0);
            try (DiffusionModel model =
                    Diffusion.train(Diffusion.recipeFor(data, 2).with("train.batchSize=144"), data, Path.of(args[0]))) {
                int drawn = model.draw(Draw.of(8).with(SampleSettings.ddim(2))).size();
                System.out.println("drew " + drawn + ", " + peak());
            }
        }

        private static String peak() throws Exception {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}

package org.diffusion4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
@EnabledOnOs(OS.LINUX) // where JavaCPP knows how much memory the process uses
class PlainProgramTest {

    private static final String HEAP =
            "-Xmx96m"; // JavaCPP's own cap is four times as much, less than any training needs

    @Test
    void trains_and_draws_in_a_small_heap_without_further_flags(@TempDir Path folder) throws Exception {
        Run run = run(folder, HEAP);
        assertThat(run.code).as(run.output).isZero();
        assertThat(run.output).contains("drew 8");
    }

    /** So the run above shows that the cap was lifted. */
    @Test
    void would_be_stopped_by_the_cap_that_JavaCPP_presets(@TempDir Path folder) throws Exception {
        Run run = run(folder, HEAP, "-Dorg.bytedeco.javacpp.maxPhysicalBytes=256m");
        assertThat(run.code).as(run.output).isNotZero();
        assertThat(run.output).contains("Physical memory usage is too high");
    }

    private record Run(int code, String output) {}

    private static Run run(Path folder, String... flags) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                folder.resolve("run").toString()));
        Process program = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(program.waitFor(), output);
    }

    /** What a user writes. */
    static final class Program {

        public static void main(String[] args) throws Exception {
            ImageDataset data = Glyphs.draw(400, 0);
            try (DiffusionModel model = Diffusion.train(
                    Diffusion.recipeFor(data, 2).with("train.batchSize=96", "train.sampleCount=0"),
                    data,
                    Path.of(args[0]))) {
                int drawn = model.draw(Draw.of(8).with(SampleSettings.ddim(2))).size();
                System.out.println("drew " + drawn);
            }
        }
    }
}

package org.diffusion4j.cli.picture;

import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusion4j.data.Picture;
import org.diffusion4j.io.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds the pictures of a folder that fit a text best. */
@Command(
        name = "search",
        description = "Lists the pictures of a folder that fit a text best; of several texts the mean counts.",
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} clip search pictures --text red --count 5 --clip clip-vit-base-patch32"
        })
final class ClipSearchCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FOLDER", description = "A folder of image files, those below it too.")
    private Path folder;

    @Mixin
    private ClipOptions clip;

    @Option(names = "--count", defaultValue = "10", description = "How many at most (default: ${DEFAULT-VALUE}).")
    private int count;

    private record Found(Path picture, double score) {}

    @Override
    public void run() {
        require(count >= 1, "count must be at least 1, was %s", count);
        List<Path> pictures = Picture.filesIn(folder);
        double[][] scores = clip.scores(pictures);
        List<Found> best = IntStream.range(0, scores.length)
                .mapToObj(i -> new Found(
                        pictures.get(i), Arrays.stream(scores[i]).average().orElseThrow()))
                .sorted(Comparator.comparing(Found::score).reversed())
                .limit(count)
                .toList();
        PrintWriter out = spec.commandLine().getOut();
        if (clip.json()) {
            out.print(Json.pretty(best.stream()
                    .map(found -> Map.of("picture", found.picture.toString(), "score", found.score))
                    .toList()));
            return;
        }
        best.forEach(found -> out.printf(Locale.ROOT, "%7.2f  %s%n", found.score, found.picture));
    }
}

package org.diffusion4j.cli.picture;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.latent.clip.Clip;
import picocli.CommandLine.Option;

/** Which CLIP, and which texts. */
final class ClipOptions {

    @Option(
            names = "--clip",
            required = true,
            paramLabel = "DIR",
            description = "The folder of a CLIP as transformers has it, such as that of openai/clip-vit-base-patch32.")
    private Path folder;

    @Option(
            names = "--text",
            required = true,
            paramLabel = "TEXT",
            description = "What the pictures are compared with; several times for several.")
    private List<String> texts = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    List<String> texts() {
        return texts;
    }

    boolean json() {
        return json;
    }

    /** The score of each picture for each text. */
    double[][] scores(List<Path> pictures) {
        try (Clip clip = Clip.load(folder);
                LiveWork work = new LiveWork("looking")) {
            List<float[]> words = texts.stream().map(clip::text).toList();
            double[][] scores = new double[pictures.size()][];
            for (int i = 0; i < scores.length; i++) {
                work.at(i, scores.length, "pictures");
                float[] picture = clip.picture(pictures.get(i));
                scores[i] = IntStream.range(0, words.size())
                        .mapToDouble(text -> Clip.score(words.get(text), picture))
                        .toArray();
            }
            return scores;
        }
    }
}

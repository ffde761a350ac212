package org.diffusion4j.cli.metric;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is measured of models that draw from words: which captions, and by which CLIP. */
public final class PromptMetric {

    @Option(
            names = "--clip",
            paramLabel = "DIR",
            description =
                    "clip-score, caption-rank: the folder of a CLIP as transformers has it, such as the model folder"
                            + " of a run.")
    private @Nullable Path clip;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description =
                    "clip-score, caption-rank: what is drawn, a caption a line (default: the captions of the pictures"
                            + " of --data that were held out).")
    private @Nullable Path prompts;

    @Option(
            names = "--learned",
            description =
                    "clip-score, caption-rank, nearest: draw captions that the model learned from, --count of them"
                            + " spread over all, and not those of held-out pictures.")
    private boolean learned;

    @Option(
            names = "--sheet",
            paramLabel = "FILE",
            description = "nearest: a PNG file of what was drawn, and below each the picture that it is nearest to.")
    private @Nullable Path sheet;

    /** Whether captions are those that the model learned from. */
    public boolean learned() {
        return learned;
    }

    /** The file that shows what is nearest, if one is named. */
    public @Nullable Path sheet() {
        return sheet;
    }

    /** The folder of the CLIP, if one is named. */
    public @Nullable Path clip() {
        return clip;
    }

    /** The file of captions, if one is named. */
    public @Nullable Path prompts() {
        return prompts;
    }

    /** Refuses its options where a model of another kind is measured. */
    public void requireFree() {
        require(
                clip == null && prompts == null && sheet == null && !learned,
                "--clip, --prompts, --learned and --sheet are for models that draw from words: omit them");
    }
}

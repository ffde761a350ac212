package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.diffusion4j.data.DataHome;
import org.diffusion4j.data.Datasets;
import org.diffusion4j.data.Download;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Part;
import org.diffusion4j.data.Published;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.Json;
import org.diffusion4j.train.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which data are learned, and the reading of them. */
final class DataOptions {

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description = "mnist, fashion-mnist, cifar10, glyphs, or a folder or zip (default: as the recipe says)."
                    + " Names are looked for in $DIFFUSION4J_DATA.")
    private @Nullable String data;

    @Option(names = "--download", description = "Allow to download the data set if it is not on this machine.")
    private boolean download;

    @Option(names = "--skip-bad", description = "Go on without image files that cannot be read.")
    private boolean skipBad;

    /** The change that they make to a recipe, if any. */
    Optional<String> change() {
        if (data == null) {
            return Optional.empty();
        }
        Path path = Path.of(data);
        boolean named = data.equals(Datasets.GLYPHS) || Published.named(data).isPresent();
        // a run may be resumed from another working directory
        return Optional.of("data.source="
                + Json.line(named ? data : path.toAbsolutePath().normalize().toString()));
    }

    /** The name of a published data set, where it is on this machine or may be brought to it. */
    Optional<String> published(Published set) {
        return download || Datasets.isPresent(set) ? Optional.of(set.id()) : Optional.empty();
    }

    /** Reads the data of a recipe, downloaded first where that is allowed. */
    ImageDataset read(Recipe recipe, PrintWriter err) {
        Recipe.Data wanted = recipe.data();
        Optional<Published> published = Published.named(wanted.source());
        if (download && published.isPresent() && !Datasets.isPresent(published.get())) {
            download(published.get(), err);
        }
        return Datasets.open(
                wanted.source(), Part.TRAIN, new ReadOptions(wanted.size(), wanted.grey(), bad -> answer(bad, err)));
    }

    private static void download(Published set, PrintWriter err) {
        Path home = DataHome.folder();
        err.println("downloading " + set.id() + " to " + home);
        try (Progress progress = new Progress("download")) {
            new Download((file, done, total) -> progress.at(done, total, String.valueOf(file.getFileName())))
                    .fetch(set, home);
        }
    }

    private void answer(FormatException bad, PrintWriter err) {
        if (!skipBad) {
            throw new FormatException(bad.getMessage() + "; --skip-bad goes on without such files", bad);
        }
        err.println("skipped: " + bad.getMessage());
    }
}

package org.diffusion4j.cli.option;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.io.ModelFolder;
import picocli.CommandLine.Parameters;

/** The models that are compared; closing it frees those that were loaded. */
public final class SubjectsOption implements AutoCloseable {

    @Parameters(
            paramLabel = "MODEL",
            arity = "1..*",
            converter = ModelName.class,
            description = "One model or several. " + ModelParameter.DESCRIPTION)
    private List<Path> folders;

    private final List<Subject> loaded = new ArrayList<>();

    /** Loads all, under the names that people know them by; borrowed. */
    public List<Subject> load(Compute compute, PrintWriter err) {
        for (Path folder : folders) {
            String hash = ModelFolder.open(folder).hash();
            loaded.add(new Subject(name(folder), hash, ModelParameter.load(folder, compute, err)));
        }
        return List.copyOf(loaded);
    }

    /** The folder of one of them. */
    public Path folder(Subject subject) {
        return folders.get(loaded.indexOf(subject));
    }

    /** A run's model by the name of the run. Where two have the same, the whole path. */
    private String name(Path folder) {
        return folders.stream()
                                .filter(other -> called(other).equals(called(folder)))
                                .count()
                        == 1
                ? called(folder)
                : folder.toString();
    }

    private static String called(Path folder) {
        Path whole = folder.toAbsolutePath().normalize();
        Path parent = whole.getParent();
        Path own = whole.endsWith("model") && parent != null ? parent : whole;
        return ShippedModel.at(folder).map(ShippedModel::toString).orElse(String.valueOf(own.getFileName()));
    }

    @Override
    public void close() {
        loaded.forEach(subject -> subject.model().close());
    }
}

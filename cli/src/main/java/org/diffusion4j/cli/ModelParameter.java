package org.diffusion4j.cli;

import java.nio.file.Path;
import org.diffusion4j.image.DiffusionModel;
import picocli.CommandLine.Parameters;

/** The model that a command is about. */
final class ModelParameter {

    static final String DESCRIPTION =
            "A model folder, in the layout of diffusers, or mnist or mnist-v, which come with this program.";

    @Parameters(paramLabel = "MODEL", converter = ModelName.class, description = DESCRIPTION)
    private Path folder;

    /** Where it lies. */
    Path folder() {
        return folder;
    }

    /** The model, owned by the caller. */
    DiffusionModel load() {
        return DiffusionModel.load(folder);
    }
}

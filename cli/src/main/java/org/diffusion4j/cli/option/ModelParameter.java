package org.diffusion4j.cli.option;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.series.Forecaster;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The model that a command is about. */
public final class ModelParameter {

    public static final String DESCRIPTION =
            "A model folder, in the layout of diffusers, or one that comes with this program, such as mnist, mnist-v or emoji.";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Parameters(paramLabel = "MODEL", converter = ModelName.class, description = DESCRIPTION)
    private Path folder;

    @Mixin
    private ComputeOptions compute;

    /** Where and in which arithmetic it computes, where nothing else is asked for in that precision; refused if this machine cannot. */
    public Compute compute(Precision usual) {
        return compute.of(usual);
    }

    /** Where it lies. */
    public Path folder() {
        return folder;
    }

    /** The model, in float32 where nothing else is asked for; owned by the caller. */
    public DiffusionModel load() {
        return load(folder, compute.of(Precision.FLOAT32), command.commandLine().getErr());
    }

    /** Another model, loaded as this one is, owned by the caller. */
    public DiffusionModel load(Path other) {
        return load(other, compute.of(Precision.FLOAT32), command.commandLine().getErr());
    }

    /** A model, owned by the caller; what its folder says that is passed over is said in a line. */
    public static DiffusionModel load(Path folder, Compute compute, PrintWriter err) {
        if (Forecaster.isOne(folder)) {
            throw new FormatException(folder + ": is a model of series, not of images; draw from it with '"
                    + Program.CALLED + " forecast'");
        }
        DiffusionModel model = DiffusionModel.load(folder, compute);
        model.warnings().forEach(warning -> err.println("diffuse: " + warning));
        err.flush();
        return model;
    }
}

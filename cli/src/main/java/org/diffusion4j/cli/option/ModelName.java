package org.diffusion4j.cli.option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.image.ShippedModel;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The folder of a model that is named: a path, or else the name of one that comes with this program. */
public final class ModelName implements ITypeConverter<Path> {

    @Override
    public Path convert(String name) {
        return shipped(name).map(ModelName::folder).orElseGet(() -> ofOnesOwn(name));
    }

    private static Path folder(ShippedModel model) {
        try {
            return model.folder();
        } catch (DiffusionException e) {
            throw new DiffusionException(
                    e.getMessage() + "; to keep models elsewhere, set DIFFUSION4J_DATA to a folder that can be written",
                    e);
        }
    }

    private static Path ofOnesOwn(String name) {
        Path path = Path.of(name);
        if (!Files.exists(path)) {
            List<String> shipped =
                    Stream.of(ShippedModel.values()).map(ShippedModel::toString).toList();
            DidYouMean.nearest(name, shipped).ifPresent(near -> {
                throw new TypeConversionException(
                        name + ": there is no such model; did you mean '" + near + "', which comes with this program?");
            });
        }
        return path;
    }

    /** The one that is meant; a folder or file of one's own comes first. */
    static Optional<ShippedModel> shipped(String name) {
        return ShippedModel.named(name, Path.of(name));
    }
}

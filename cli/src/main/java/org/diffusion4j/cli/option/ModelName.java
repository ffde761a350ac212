package org.diffusion4j.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.latent.ShippedLatentModel;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The folder of a model that is named: a path, or else the name of one that comes with this program. */
public final class ModelName implements ITypeConverter<Path> {

    @Override
    public Path convert(String name) {
        Optional<ShippedModel> ofPixels = shipped(name);
        if (ofPixels.isPresent()) {
            return folder(ofPixels.get()::folder);
        }
        Optional<ShippedLatentModel> fromWords = shippedFromWords(name);
        return fromWords.isPresent() ? folder(fromWords.get()::folder) : ofOnesOwn(name);
    }

    private static Path folder(Supplier<Path> put) {
        try {
            return put.get();
        } catch (DiffusionException e) {
            if (!(e.getCause() instanceof IOException)) {
                throw e;
            }
            throw new DiffusionException(
                    e.getMessage() + "; to keep models elsewhere, set DIFFUSION4J_DATA to a folder that can be written",
                    e);
        }
    }

    private static Path ofOnesOwn(String name) {
        Path path = Path.of(name);
        if (!Files.exists(path)) {
            List<String> shipped = Stream.<Object>concat(
                            Stream.of(ShippedModel.values()), Stream.of(ShippedLatentModel.values()))
                    .map(Object::toString)
                    .toList();
            DidYouMean.nearest(name, shipped).ifPresent(near -> {
                throw new TypeConversionException(
                        name + ": there is no such model; did you mean '" + near + "', which comes with this program?");
            });
        }
        return path;
    }

    private static Optional<ShippedLatentModel> shippedFromWords(String name) {
        return Files.exists(Path.of(name)) ? Optional.empty() : ShippedLatentModel.named(name);
    }

    /** Whether a model that comes with this program is meant. */
    static boolean isShipped(String name) {
        return shipped(name).isPresent() || shippedFromWords(name).isPresent();
    }

    /** The one that is meant; a folder or file of one's own comes first. */
    private static Optional<ShippedModel> shipped(String name) {
        return ShippedModel.named(name, Path.of(name));
    }
}

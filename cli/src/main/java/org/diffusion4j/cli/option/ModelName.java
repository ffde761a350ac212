package org.diffusion4j.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.latent.ShippedLatentModel;
import org.diffusion4j.text.ShippedTextModel;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The folder of a model that is named: a path, or else the name of one that comes with this program. */
public final class ModelName implements ITypeConverter<Path> {

    private static final Map<String, Supplier<Path>> SHIPPED = new LinkedHashMap<>();

    static {
        Stream.of(ShippedModel.values()).forEach(model -> SHIPPED.put(model.toString(), model::folder));
        Stream.of(ShippedLatentModel.values()).forEach(model -> SHIPPED.put(model.toString(), model::folder));
        Stream.of(ShippedTextModel.values()).forEach(model -> SHIPPED.put(model.toString(), model::folder));
    }

    @Override
    public Path convert(String name) {
        Supplier<Path> shipped = SHIPPED.get(name);
        Path path = Path.of(name);
        if (Files.exists(path)) {
            return path; // a folder or file of one's own comes first
        }
        if (shipped != null) {
            return folder(shipped);
        }
        DidYouMean.nearest(name, SHIPPED.keySet()).ifPresent(near -> {
            throw new TypeConversionException(
                    name + ": there is no such model; did you mean '" + near + "', which comes with this program?");
        });
        return path;
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

    /** Whether a model that comes with this program is meant. */
    static boolean isShipped(String name) {
        return SHIPPED.containsKey(name) && !Files.exists(Path.of(name));
    }
}

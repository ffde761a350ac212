package org.diffusion4j.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.diffusion4j.image.ShippedModel;
import picocli.CommandLine.ITypeConverter;

/** The folder of a model that is named: a path, or else the name of one that comes with this program. */
final class ModelName implements ITypeConverter<Path> {

    @Override
    public Path convert(String name) {
        return shipped(name).map(ShippedModel::folder).orElseGet(() -> Path.of(name));
    }

    /** The one that is meant; a folder or file of one's own comes first. */
    static Optional<ShippedModel> shipped(String name) {
        return ShippedModel.named(name, Path.of(name));
    }
}

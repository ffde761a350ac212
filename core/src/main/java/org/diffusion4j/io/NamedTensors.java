package org.diffusion4j.io;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Tensor;

/** An open file of tensors with names. Nothing in it is executed. Not thread-safe. */
public interface NamedTensors extends AutoCloseable {

    /** All tensors by name, in the order of the file, valid until this is closed. */
    Map<String, Tensor> tensors();

    /**
     * Shows each tensor with its name, one after another: it is valid during the call only, so that large files need not be held whole.
     *
     * @throws org.diffusion4j.engine.FormatException as {@link #tensors}
     */
    default void forEach(BiConsumer<String, Tensor> use) {
        tensors().forEach(use);
    }

    @Override
    void close();

    /**
     * Opens a file by its suffix: {@code .pth}, {@code .pt}, {@code .ckpt} and {@code .bin} are PyTorch's, all others safetensors.
     *
     * @throws org.diffusion4j.engine.FormatException if it is not what its name says, or holds more than tensors
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be read
     */
    static NamedTensors open(Path file) {
        return file.toString().matches(".*\\.(pth|pt|ckpt|bin)") ? TorchFile.open(file) : Safetensors.open(file);
    }
}

package org.diffusion4j.data;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Tensors;

/** One image file, as networks that edit pictures receive it. */
public final class PictureFile {

    private PictureFile() {}

    /**
     * Reads one image file in a size: the middle of it that has the size's proportions, resized.
     *
     * @param note is given a sentence if the file has another size
     * @return float32 {@code [1, 3, height, width]} in [-1, 1], made in the caller's scope
     * @throws FormatException if it is no image, or is damaged
     */
    public static Tensor read(Path file, int width, int height, Consumer<String> note) {
        PixelPlanes image = Picture.planes(file);
        if (image.width() != width || image.height() != height) {
            note.accept(file + ": is " + image.width() + "x" + image.height() + ", and is cut and resized to " + width
                    + "x" + height);
        }
        PixelPlanes fitting = Resize.toSize(image, width, height);
        return new PixelCodec().encode(Tensors.of(fitting.bytes(), 1, fitting.channels(), height, width));
    }
}

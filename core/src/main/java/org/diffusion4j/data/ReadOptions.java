package org.diffusion4j.data;

import static org.diffusion4j.engine.Require.require;

import java.util.function.Consumer;
import org.diffusion4j.engine.FormatException;

/**
 * How a folder or zip of image files is read.
 *
 * @param size height and width that every image is cropped and resized to, or 0 to take them as they are, all of one size
 * @param grey one channel instead of three
 * @param onBadFile receives each file that cannot be read; throws it on to refuse, returns to skip the file
 * @param onNote receives a line about what is not as one may think: files that are passed over, images that are resized or lose their colour
 */
public record ReadOptions(int size, boolean grey, Consumer<FormatException> onBadFile, Consumer<String> onNote) {

    /** Images as they are, in colour; a bad file is refused. */
    public static final ReadOptions DEFAULT = new ReadOptions(
            0,
            false,
            bad -> {
                throw bad;
            },
            note -> {});

    public ReadOptions {
        require(size >= 0, "size must be positive, or 0 for images as they are, was %s", size);
    }

    /** These with images cropped and resized to {@code size × size}. */
    public ReadOptions withSize(int size) {
        return new ReadOptions(size, grey, onBadFile, onNote);
    }

    /** These with one channel. */
    public ReadOptions inGrey() {
        return new ReadOptions(size, true, onBadFile, onNote);
    }

    /** These with bad files skipped, each passed to {@code onBadFile}. */
    public ReadOptions skippingBad(Consumer<FormatException> onBadFile) {
        return new ReadOptions(size, grey, onBadFile, onNote);
    }

    /** These with {@code onNote} receiving what is passed over. */
    public ReadOptions noting(Consumer<String> onNote) {
        return new ReadOptions(size, grey, onBadFile, onNote);
    }
}

package org.diffusion4j.data;

import java.nio.ByteBuffer;
import java.util.List;

/** Grey images that are stored in three equal channels, with one channel; a view, nothing is copied. */
public final class GreyImages implements ImageDataset {

    private final ImageDataset coloured;

    private GreyImages(ImageDataset coloured) {
        this.coloured = coloured;
    }

    /** The data with one channel if all their images are grey, else as they are. Looks at every pixel. */
    public static ImageDataset whereGrey(ImageDataset data) {
        if (data.channels() != 3) {
            return data;
        }
        byte[] image = new byte[data.imageBytes()];
        for (int i = 0; i < data.size(); i++) {
            data.copy(i, ByteBuffer.wrap(image));
            if (!new PixelPlanes(3, data.height(), data.width(), image).isGrey()) {
                return data;
            }
        }
        return new GreyImages(data);
    }

    @Override
    public String name() {
        return coloured.name();
    }

    @Override
    public int size() {
        return coloured.size();
    }

    @Override
    public int channels() {
        return 1;
    }

    @Override
    public int height() {
        return coloured.height();
    }

    @Override
    public int width() {
        return coloured.width();
    }

    @Override
    public List<String> labelNames() {
        return coloured.labelNames();
    }

    @Override
    public int label(int i) {
        return coloured.label(i);
    }

    @Override
    public void copy(int i, ByteBuffer target) {
        ByteBuffer image = ByteBuffer.allocate(coloured.imageBytes());
        coloured.copy(i, image);
        target.put(image.flip().limit(imageBytes()));
    }
}

package org.diffusion4j.data;

import java.nio.file.Path;
import java.util.Base64;
import org.diffusion4j.data.catalog.TarGz;

/** Gives tests of other packages what they cannot reach or make themselves. */
public final class Formats {

    private Formats() {}

    /** Unpacks the files of CIFAR-10 into the archive's folder. */
    public static void unpack(Path archive) {
        TarGz.extract(archive, archive.toAbsolutePath().getParent(), Cifar.FILES);
    }

    /** A small picture in WebP, which Java does not write. */
    public static byte[] webp() {
        return Base64.getDecoder().decode(PictureTest.WEBP);
    }

    /** A small JPEG in CMYK. */
    public static byte[] cmyk() {
        return Base64.getDecoder().decode(PictureTest.CMYK);
    }
}

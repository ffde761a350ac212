package org.diffusion4j.torture;

import static org.diffusion4j.torture.Originals.utf8;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.Formats;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.image.Provenance;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Png;
import org.diffusion4j.io.PngText;

/** Readers of data sets, of pictures, and of what pictures say. */
final class DataReaders {

    private DataReaders() {}

    static void addDataSets(Readers readers) throws IOException {
        byte[] images = Originals.idx(0x803, new int[] {3, 2, 2}, new byte[12]);
        byte[] labels = Originals.idx(0x801, new int[] {3}, (byte) 5, (byte) 0, (byte) 9);
        String imagesName = "train-images-idx3-ubyte";
        String labelsName = "train-labels-idx1-ubyte";
        readers.beside("idx images", labelsName, labels);
        readers.add("idx images", imagesName, DataReaders::readFolder, images);
        readers.beside("idx labels", imagesName, images);
        readers.add("idx labels", labelsName, DataReaders::readFolder, labels);
        readers.beside("idx gzip", labelsName, labels);
        readers.add("idx gzip", imagesName + ".gz", DataReaders::readFolder, Originals.gzip(images));
        readers.beside("idx in gzip", labelsName, labels);
        readers.add("idx in gzip", imagesName + ".gz", Originals::gzip, DataReaders::readFolder, images);

        byte[] record = new byte[3073];
        byte[] names = utf8("cat\ndog\n");
        for (int i = 1; i <= 5; i++) {
            readers.beside("cifar", "data_batch_" + i + ".bin", record);
            readers.beside("cifar names", "data_batch_" + i + ".bin", record);
        }
        readers.beside("cifar", "batches.meta.txt", names);
        readers.add("cifar", "data_batch_2.bin", DataReaders::readFolder, record);
        readers.add("cifar names", "batches.meta.txt", DataReaders::readFolder, names);

        byte[] tar = Originals.tar("batches.meta.txt", names);
        readers.add("tar.gz", "a.tar.gz", DataReaders::unpack, Originals.gzip(tar));
        readers.add("tar in gz", "a.tar.gz", Originals::gzip, DataReaders::unpack, tar);
    }

    static void addPictures(Readers readers) {
        byte[] png = Originals.encoded(Originals.picture(BufferedImage.TYPE_INT_RGB), "png");
        byte[] grey = Originals.encoded(Originals.picture(BufferedImage.TYPE_BYTE_GRAY), "png");
        byte[] indexed = Originals.encoded(Originals.picture(BufferedImage.TYPE_BYTE_INDEXED), "png");
        byte[] jpeg = Originals.encoded(Originals.picture(BufferedImage.TYPE_INT_RGB), "jpg");
        byte[] greyJpeg = Originals.encoded(Originals.picture(BufferedImage.TYPE_BYTE_GRAY), "jpg");
        byte[] bmp = Originals.encoded(Originals.picture(BufferedImage.TYPE_INT_RGB), "bmp");
        byte[] gif = Originals.encoded(Originals.picture(BufferedImage.TYPE_BYTE_INDEXED), "gif");
        readers.add("png", "a.png", Originals::withPngChecksums, DataReaders::readPicture, png, grey, indexed);
        readers.add("jpeg", "a.jpg", DataReaders::readPicture, jpeg, greyJpeg, Formats.cmyk());
        readers.add("bmp", "a.bmp", DataReaders::readPicture, bmp);
        readers.add("gif", "a.gif", DataReaders::readPicture, gif);
        readers.add("webp", "a.webp", DataReaders::readPicture, Formats.webp());
        readers.add(
                "tiff",
                "a.tif",
                DataReaders::readPicture,
                Originals.encoded(Originals.picture(BufferedImage.TYPE_INT_RGB), "tif"));

        Map<String, byte[]> entries = new LinkedHashMap<>(Map.of("a/1.png", png, "b/2.png", png));
        readers.add("zip of pictures", "a.zip", DataReaders::readPicture, Originals.zip(entries));

        String text = Json.line(Map.of("model", "m", "draw", Map.of("seed", 3, "labels", List.of(1))));
        byte[] told =
                Png.encode(Originals.picture(BufferedImage.TYPE_BYTE_GRAY), Map.of("diffusion4j", text, "a", "é"));
        readers.add("png text", "a.png", DataReaders::readText, told);
        readers.add("png text, sealed", "a.png", Originals::withPngChecksums, DataReaders::readText, told);
    }

    private static void unpack(Path archive) {
        Formats.unpack(archive);
        try {
            Files.deleteIfExists(archive.resolveSibling("batches.meta.txt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void readFolder(Path file) {
        Datasets.open(file.getParent(), DataSplit.TRAIN, ReadOptions.DEFAULT);
    }

    private static void readPicture(Path file) {
        Datasets.open(file, DataSplit.TRAIN, ReadOptions.DEFAULT);
    }

    private static void readText(Path file) {
        Provenance.fromText(PngText.read(file), file);
    }
}

package org.diffusion4j.torture;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.diffusion4j.Training;
import org.diffusion4j.data.Datasets;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Part;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.io.SealedFolder;
import org.diffusion4j.sample.DiffusionModel;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.TrainListener;

/**
 * Goes on with a training while ever so much room is left on a disk, from none to enough, so that each of its writes is once the one
 * that fails. Each time the last good checkpoint and model must still be there, and with room again the training must end as if
 * nothing had happened.
 */
final class FullDisk {

    private static final String RECIPE = """
            {
              "model": {
                "sampleSize": 4, "inChannels": 3, "outChannels": 3, "blockOutChannels": [8], "layersPerBlock": 1,
                "downBlockTypes": ["DownBlock2D"], "upBlockTypes": ["UpBlock2D"], "normNumGroups": 2,
                "addAttention": false
              },
              "data": { "validation": 1 },
              "train": {
                "steps": 2, "batchSize": 2, "precision": "float32", "warmupSteps": 0,
                "validateEvery": 1, "checkpointEvery": 1, "sampleEvery": 1, "sampleCount": 1
              },
              "sample": { "sampler": "ddim", "steps": 1 }
            }
            """;

    private static final List<String> MORE = List.of("train.steps=4");

    private final Path disk;
    private final Path run;
    private final Path begun;
    private final Path whole;
    private final ImageDataset data;

    /**
     * Makes ready.
     *
     * @param disk a file system of its own, empty
     * @param aside a folder on another
     */
    private FullDisk(Path disk, Path aside) throws IOException {
        this.disk = disk;
        run = disk.resolve("run");
        begun = aside.resolve("begun");
        whole = aside.resolve("whole");
        data = pictures(aside.resolve("pictures"));
        train(Training.begin(Recipe.parse(RECIPE, "full disk", List.of()), data, begun, false));
        copy(begun, whole);
        goOn(whole);
    }

    /** Arguments: the disk, a folder on another, by how much the room grows, and {@code bytes} or {@code files}. */
    public static void main(String[] args) throws IOException {
        FullDisk full = new FullDisk(Path.of(args[0]), Path.of(args[1]));
        int refused = 0;
        for (long room = 0; full.refusesWith(room, args[3].equals("files")); room += Long.parseLong(args[2])) {
            refused++;
        }
        System.out.println("full " + refused + " times");
    }

    /** Trains where so many bytes or files have room; false where that was enough. */
    private boolean refusesWith(long room, boolean files) throws IOException {
        copy(begun, run);
        Path filler = disk.resolve("filler");
        if (files) {
            fillWithFiles(filler, room);
        } else {
            fill(filler, Files.getFileStore(disk).getUsableSpace() - room);
        }
        boolean refused = false;
        try {
            goOn(run);
        } catch (DiffusionException e) {
            require(String.valueOf(e.getMessage()).contains("the disk is full"), "the message is " + e.getMessage());
            refused = true;
        }
        DiffusionModel.load(run.resolve("model")).close();
        delete(filler);
        try (Stream<Path> checkpoints = Files.list(run.resolve("checkpoints"))) {
            List<Path> named = checkpoints
                    .filter(path -> path.getFileName().toString().startsWith("step-"))
                    .toList();
            require(named.size() >= 2, "checkpoints are lost, left are " + named);
            named.forEach(SealedFolder::verify);
        }
        if (refused) {
            goOn(run);
        }
        for (String file : List.of("metrics.jsonl", "model/unet/diffusion_pytorch_model.safetensors")) {
            require(Files.mismatch(run.resolve(file), whole.resolve(file)) == -1, file + " differs, with room " + room);
        }
        delete(run);
        return refused;
    }

    private void goOn(Path folder) {
        train(Training.resume(folder, data, MORE, warning -> require(false, warning)));
    }

    private static void train(Training opened) {
        try (Training training = opened) {
            training.run(new TrainListener() {});
        }
    }

    private static void fill(Path filler, long bytes) throws IOException {
        Files.write(filler, new byte[Math.toIntExact(Math.max(0, bytes))]);
    }

    /** Takes all names that the disk has left but some. */
    private static void fillWithFiles(Path filler, long room) throws IOException {
        Files.createDirectories(filler);
        int made = 0;
        try {
            for (; ; made++) {
                Files.createFile(filler.resolve("" + made));
            }
        } catch (IOException full) {
            for (int i = 0; i < Math.min(room, made); i++) {
                Files.delete(filler.resolve("" + i));
            }
        }
    }

    private static ImageDataset pictures(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i < 4; i++) {
            BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i, i, 0xffffff);
            ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
        }
        return Datasets.open(folder, Part.TRAIN, ReadOptions.DEFAULT);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> below = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
            for (Path path : below.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> below = Files.walk(folder)) {
            for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}

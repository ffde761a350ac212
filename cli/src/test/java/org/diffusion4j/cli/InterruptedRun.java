package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.diffusion4j.io.SealedFolder;

/**
 * A training of a second or so that is interrupted again and again, each time in a process of its own, and then compared with the same
 * training in one piece. Where it ends before it is interrupted often enough, it begins once more.
 */
final class InterruptedRun {

    private static final String RECIPE = """
            {
              "name": "tiny",
              "data": { "source": "elsewhere", "validation": 2 },
              "model": {
                "sampleSize": 4, "inChannels": 3, "outChannels": 3, "blockOutChannels": [8], "layersPerBlock": 1,
                "downBlockTypes": ["DownBlock2D"], "upBlockTypes": ["UpBlock2D"], "normNumGroups": 2,
                "addAttention": false, "numClassEmbeds": 3
              },
              "train": {
                "steps": %d, "batchSize": 2, "precision": "float32", "warmupSteps": 10, "decayTo": 0, "emaDecay": 0.9,
                "validateEvery": 20, "checkpointEvery": 5, "sampleEvery": 0, "sampleCount": 2
              },
              "sample": { "sampler": "ddim", "steps": 1 }
            }
            """;

    private final int steps;
    private final Path folder;
    private final Path recipe;
    private final Path data;
    private final Path out;
    private final Path printed;
    private final SplittableRandom random;
    private final Set<Path> unfinished = new HashSet<>();

    /**
     * Makes recipe and pictures.
     *
     * @param seed of the moments of interruption
     */
    InterruptedRun(Path folder, int steps, long seed) throws IOException {
        this.steps = steps;
        this.folder = folder;
        recipe = Files.writeString(folder.resolve("tiny.json"), String.format(RECIPE, steps));
        data = folder.resolve("pictures");
        out = folder.resolve("run");
        printed = folder.resolve("printed.txt");
        random = new SplittableRandom(seed);
        for (int i = 0; i < 8; i++) {
            Path picture = data.resolve(i % 2 == 0 ? "even" : "odd").resolve(i + ".png");
            Files.createDirectories(picture.getParent());
            BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i % 4, i / 4, 0xffffff);
            ImageIO.write(image, "png", picture.toFile());
        }
    }

    /** Interrupts a process that trains. */
    @FunctionalInterface
    interface Interruption {

        /**
         * Ends the process.
         *
         * @param training is at work
         */
        void end(Process training, SplittableRandom random) throws IOException, InterruptedException;
    }

    /**
     * Interrupts the training so often, lets it end, and compares.
     *
     * @param code that an interrupted process ends with
     * @return how many of the interruptions met a checkpoint that was being written
     */
    int interrupt(int times, Interruption interruption, int code) throws IOException, InterruptedException {
        Path whole = folder.resolve("whole");
        finish(begin(whole));
        int inCheckpoint = 0;
        for (int done = 0; done < times; ) {
            Process training = start();
            try {
                if (awaitWork(training)) {
                    interruption.end(training, random);
                }
                assertThat(training.waitFor(1, TimeUnit.MINUTES))
                        .as("ends within a minute")
                        .isTrue();
            } finally {
                training.destroyForcibly();
            }
            if (training.exitValue() == 0) {
                requireSame(whole);
            } else {
                assertThat(training.exitValue()).as(said()).isEqualTo(code);
                done++;
            }
            try (Stream<Path> left = Files.list(folder)) {
                assertThat(left.filter(file -> file.getFileName().toString().matches("hs_err.*|core.*")))
                        .as("no crash")
                        .isEmpty();
            }
            inCheckpoint += requireWholeCheckpoints();
        }
        if (Files.exists(out.resolve("recipe.json"))) {
            finish(start());
            requireSame(whole);
        }
        return inCheckpoint;
    }

    /** Goes on with the run, or begins it where it was not yet there. */
    private Process start() throws IOException {
        return Files.exists(out.resolve("recipe.json")) ? process("train", "--resume", "--out", out) : begin(out);
    }

    private Process begin(Path run) throws IOException {
        return process("train", recipe, "--data", data, "--out", run);
    }

    private Process process(Object... args) throws IOException {
        ProcessBuilder command =
                Launched.diffuse(args).directory(folder.toFile()).redirectOutput(printed.toFile());
        command.environment().put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m");
        command.environment()
                .put("OMP_NUM_THREADS", "1"); // threads that wait for each other are slow beside other work
        return command.start();
    }

    private void finish(Process training) throws IOException, InterruptedException {
        assertThat(training.waitFor()).as(said()).isZero();
    }

    private String said() throws IOException {
        return Files.readString(printed);
    }

    /** Waits until a step was made, or, once in five times, for no more than a moment. */
    private boolean awaitWork(Process training) throws IOException, InterruptedException {
        if (random.nextInt(5) == 0) {
            return !training.waitFor(random.nextInt(3000), TimeUnit.MILLISECONDS);
        }
        Path metrics = out.resolve("metrics.jsonl");
        long before = Files.exists(metrics) ? Files.size(metrics) : 0;
        while (training.isAlive() && !(Files.exists(metrics) && Files.size(metrics) > before)) {
            training.waitFor(5, TimeUnit.MILLISECONDS);
        }
        return !training.waitFor(random.nextInt(500), TimeUnit.MILLISECONDS);
    }

    /** Every checkpoint that has its name is whole; returns 1 where one was being written, which has not got its name yet. */
    private int requireWholeCheckpoints() throws IOException {
        Path checkpoints = out.resolve("checkpoints");
        if (!Files.exists(checkpoints)) {
            return 0;
        }
        try (Stream<Path> found = Files.list(checkpoints)) {
            List<Path> all = found.toList();
            List<Path> unnamed = all.stream()
                    .filter(checkpoint -> !checkpoint.getFileName().toString().startsWith("step-"))
                    .toList();
            all.stream().filter(checkpoint -> !unnamed.contains(checkpoint)).forEach(SealedFolder::verify);
            return unfinished.addAll(unnamed) ? 1 : 0;
        }
    }

    /** The interrupted run left what the whole one left, byte by byte; it is then removed. */
    private void requireSame(Path whole) throws IOException {
        for (String file : List.of(
                "metrics.jsonl",
                "model/unet/diffusion_pytorch_model.safetensors",
                "model/unet_raw/diffusion_pytorch_model.safetensors",
                "checkpoints/step-" + steps + "/manifest.json")) {
            assertThat(Files.mismatch(out.resolve(file), whole.resolve(file)))
                    .as("first difference in %s", file)
                    .isEqualTo(-1);
        }
        try (Stream<Path> left = Files.list(out.resolve("checkpoints"))) {
            assertThat(left)
                    .as("what unfinished checkpoints left")
                    .allMatch(checkpoint -> checkpoint.getFileName().toString().startsWith("step-"));
        }
        try (Stream<Path> below = Files.walk(out)) {
            for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}

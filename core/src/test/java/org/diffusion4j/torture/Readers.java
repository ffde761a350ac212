package org.diffusion4j.torture;

import static org.diffusion4j.torture.Originals.utf8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.ModelCard;
import org.diffusion4j.image.classifier.ClassifierRecipe;
import org.diffusion4j.io.EventWriter;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.SealedFolder;
import org.diffusion4j.nn.unet.UNet2DConfig;

/** All readers of files that come from elsewhere, each with small files that it reads well. */
final class Readers {

    private final Path folder;
    private final List<Reader> all = new ArrayList<>();

    private Readers(Path folder) {
        this.folder = folder;
    }

    static List<Reader> all(Path folder) throws IOException {
        Libtorch.start();
        Readers readers = new Readers(folder);
        WeightReaders.addTo(readers);
        DataReaders.addDataSets(readers);
        DataReaders.addPictures(readers);
        readers.addSettings();
        readers.addRuns();
        return readers.all;
    }

    private void addSettings() {
        byte[] recipe = utf8(Json.pretty(ImageRecipe.defaults().toMap()));
        add("json", "a.json", Json::read, recipe, utf8("{\"a\": [1, -2.5e3, null, true, \"\\u00e9\"], \"b\": {}}"));
        add("recipe", "a.json", file -> ImageRecipe.read(file, List.of()), recipe);
        add(
                "classifier recipe",
                "a.json",
                ClassifierRecipe::read,
                utf8(Json.pretty(ClassifierRecipe.defaults().toMap())));
        add(
                "network",
                "config.json",
                Readers::readNetwork,
                utf8(Json.pretty(UNet2DConfig.defaults().toMap())));
        add(
                "model card",
                "diffusion4j.json",
                Readers::readCard,
                utf8(Json.pretty(new ModelCard(
                                List.of("cat", "dog"),
                                Map.of("recipe", ImageRecipe.defaults().toMap()))
                        .toMap())));
        byte[][] schedulers = SchedulerConfig.classNames().stream()
                .sorted()
                .map(name -> utf8(Json.pretty(Map.of("_class_name", name, "num_train_timesteps", 1000))))
                .toArray(byte[][]::new);
        add("scheduler", "scheduler_config.json", Readers::readScheduler, schedulers);
    }

    private static void readNetwork(Path file) {
        UNet2DConfig.fromMap(Json.readObject(file), file.toString());
    }

    private static void readCard(Path file) {
        ModelCard.fromMap(Json.readObject(file), file.toString());
    }

    private static void readScheduler(Path file) {
        SchedulerConfig.fromMap(Json.readObjectOfPython(file), file.toString());
    }

    private void addRuns() throws IOException {
        Path events = folder.resolve("events");
        try (EventWriter writer = EventWriter.open(events, -1)) {
            writer.scalar("loss", 1, 0.5);
            writer.scalar("loss", 2, 0.25);
        }
        Path file;
        try (var files = Files.list(events)) {
            file = files.findFirst().orElseThrow();
        }
        String name = file.getFileName().toString();
        add("events", name, Readers::readEvents, Originals.read(file));
        add("events, sealed", name, Originals::withEventChecksums, Readers::readEvents, Originals.read(file));

        Path sealed = folder.resolve("manifest");
        SealedFolder.create(sealed, inside -> Files.writeString(inside.resolve("state.json"), "{}"));
        all.add(new Reader(
                "manifest",
                sealed.resolve("manifest.json"),
                List.of(Originals.read(sealed.resolve("manifest.json"))),
                UnaryOperator.identity(),
                () -> SealedFolder.verify(sealed)));
    }

    private static void readEvents(Path file) {
        EventWriter.open(file.getParent(), 1).close();
    }

    /** Where all files lie. */
    Path folder() {
        return folder;
    }

    void add(Reader reader) {
        all.add(reader);
    }

    void add(String name, String file, Consumer<Path> reading, byte[]... originals) {
        add(name, file, UnaryOperator.identity(), reading, originals);
    }

    void add(String name, String file, UnaryOperator<byte[]> sealing, Consumer<Path> reading, byte[]... originals) {
        Path path = folder(name).resolve(file);
        all.add(new Reader(name, path, List.of(originals), sealing, () -> reading.accept(path)));
    }

    void beside(String name, String file, byte[] content) throws IOException {
        Files.write(folder(name).resolve(file), content);
    }

    Path folder(String name) {
        try {
            return Files.createDirectories(folder.resolve(name.replace(' ', '-')));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

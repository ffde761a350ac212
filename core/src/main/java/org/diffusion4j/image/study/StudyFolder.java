package org.diffusion4j.image.study;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Png;

/** The folder of a study: {@code study.html}, {@code study.csv}, {@code study-means.csv} and, in {@code cells}, a JSON and a PNG file for each cell. */
record StudyFolder(Path folder) {

    /** The page. */
    Path page() {
        return folder.resolve("study.html");
    }

    /** The table of cells. */
    Path table() {
        return folder.resolve("study.csv");
    }

    /** The table of means over the seeds. */
    Path means() {
        return folder.resolve("study-means.csv");
    }

    /** What is there of a cell. */
    StudyCell read(StudyCell.Key key) {
        Path file = cell(key, ".json");
        return Files.exists(file)
                ? Records.CAMEL_CASE.read(StudyCell.class, Json.readObject(file), file.toString())
                : StudyCell.empty(key);
    }

    /** Keeps what is there of a cell. */
    void write(StudyCell cell) {
        Json.write(cell(cell.key(), ".json"), Records.CAMEL_CASE.write(cell));
    }

    boolean hasPicture(StudyCell.Key key) {
        return Files.exists(cell(key, ".png"));
    }

    void writePicture(StudyCell.Key key, BufferedImage picture) {
        Png.write(cell(key, ".png"), picture, Map.of("settings", Json.line(Records.CAMEL_CASE.write(key))));
    }

    /** The picture as a PNG file. */
    byte[] picture(StudyCell.Key key) {
        Path file = cell(key, ".png");
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw FileTrouble.reading(file, e);
        }
    }

    private Path cell(StudyCell.Key key, String suffix) {
        return folder.resolve("cells").resolve(key.id() + suffix);
    }
}

package org.diffusion4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.Sha256;

/**
 * The files of a model that comes with this library, and the folder that they are put into.
 *
 * <p>Threads and processes: the folder may be asked for by any, at the same time.
 *
 * @param name of the model, and of its folder in the artifact {@code diffusion4j-models}
 * @param files their paths in that folder
 */
public record ShippedFiles(String name, List<String> files) {

    private static final int SHORT = 12;

    /**
     * Where the folder lies.
     *
     * @param home the folder of data of this library
     * @param hash of the model, of which the folder's name has the beginning
     */
    public Path in(Path home, String hash) {
        return home.resolve("models").resolve(name + "-" + hash.substring(0, SHORT));
    }

    /**
     * The folder, whose name has the hash of all files; they are put there when it is asked for the first time, and again when it is no
     * longer what it was.
     *
     * @throws DiffusionException if the artifact on the class path lacks a file, or the folder cannot be written
     */
    public Path folder(Path home) {
        MessageDigest sha256 = Sha256.digest();
        files.forEach(file -> sha256.update(bytes(file)));
        return folder(home, HexFormat.of().formatHex(sha256.digest()), folder -> {});
    }

    /**
     * The folder; the files are put there when it is asked for the first time, and again when it is no longer what it was.
     *
     * @param check refuses what was written, if it is not what it should be
     * @throws DiffusionException if it cannot be written
     */
    public Path folder(Path home, String hash, Consumer<Path> check) {
        Path folder = in(home, hash);
        if (!isIn(folder)) {
            put(folder, check);
        }
        return folder;
    }

    private void put(Path folder, Consumer<Path> check) {
        AtomicFolder.Content content = fresh -> {
            write(fresh);
            check.accept(fresh);
        };
        try {
            if (Files.exists(folder)) {
                AtomicFolder.replace(folder, content);
            } else {
                AtomicFolder.create(folder, content);
            }
        } catch (DiffusionException e) {
            if (!isIn(folder)) {
                throw e;
            } // else another process was faster, and has put the same there
        }
    }

    private boolean isIn(Path folder) {
        return files.stream().allMatch(file -> isIn(folder.resolve(file), file));
    }

    private boolean isIn(Path place, String file) {
        try {
            return Files.isRegularFile(place) && Arrays.equals(Files.readAllBytes(place), bytes(file));
        } catch (IOException e) {
            throw FileTrouble.reading(place, e);
        }
    }

    private byte[] bytes(String file) {
        return ModelsJar.bytes(name + "/" + file);
    }

    private void write(Path folder) throws IOException {
        for (String file : files) {
            Path target = folder.resolve(file);
            Files.createDirectories(Objects.requireNonNull(target.getParent()));
            Files.write(target, bytes(file));
        }
    }
}

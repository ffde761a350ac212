package org.diffusion4j.evaluate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.nn.vision.Features;

/**
 * What a network sees in numbered pictures, piece by piece. Each piece that is done stays in a cache, in a folder that is called by the
 * network and what determines the pictures: a measurement that was stopped goes on where it was, one with more pictures begins with those
 * that are there, and a data set is looked at once.
 *
 * @param cache the folder of all caches
 * @param batchSize how many pictures make a piece and go through a network at once
 */
public record FeatureCache(FeatureNetwork network, Path cache, int batchSize) {

    /** Receives how far a measurement is. What it throws ends the measurement and reaches the caller; pieces that are done stay. */
    @FunctionalInterface
    public interface Listener {
        void at(int done, int total);
    }

    /**
     * Looks at all pictures.
     *
     * @return float32, owned by the caller
     */
    public Features of(Pictures pictures, Listener listener) {
        Path folder = folder(pictures);
        int count = pictures.count();
        Libtorch.start();
        try (PointerScope scope = new PointerScope()) {
            TensorOptions floats = new TensorOptions(ScalarType.Float);
            Features all = new Features(
                    torch.zeros(new long[] {count, network.dims()}, floats),
                    torch.zeros(new long[] {count, network.classes()}, floats),
                    network.spatialDims() == 0 ? null : torch.zeros(new long[] {count, network.spatialDims()}, floats));
            for (Piece piece : pieces(folder, count)) {
                Cancellation.checkpoint();
                try (PointerScope pieceScope = new PointerScope();
                        TensorFile done = piece.look(network, pictures)) {
                    Map<String, Tensor> seen = done.tensors();
                    all.tensors()
                            .forEach((name, tensor) ->
                                    tensor.narrow(0, piece.first, piece.size).copy_(seen.get(name)));
                }
                listener.at(piece.first + piece.size, count);
            }
            all.tensors().values().forEach(Tensor::retainReference);
            return all;
        }
    }

    private Path folder(Pictures pictures) {
        Map<String, Object> identity = new LinkedHashMap<>();
        identity.put("network", network.name());
        if (network.spatialDims() > 0) {
            identity.put("spatialDims", network.spatialDims());
        }
        identity.putAll(pictures.identity());
        Path folder = cache.resolve(Sha256.of(Json.line(identity)).substring(0, 16));
        if (!Files.exists(folder)) {
            Json.write(folder.resolve("identity.json"), identity);
        }
        return folder;
    }

    /**
     * How long it took to make pictures that were all looked at, in one run or in several.
     *
     * @return seconds of wall time, the looking not counted
     */
    public double secondsToMake(Pictures pictures) {
        double seconds = 0;
        for (Piece piece : pieces(folder(pictures), pictures.count())) {
            try (TensorFile done = Safetensors.open(piece.file)) {
                String lasted = done.metadata().get(Piece.SECONDS);
                if (lasted == null) {
                    throw new FormatException(
                            piece.file + ": does not say how long its pictures took; delete its folder");
                }
                seconds += Double.parseDouble(lasted);
            }
        }
        return seconds;
    }

    private List<Piece> pieces(Path folder, int count) {
        List<Piece> pieces = new ArrayList<>();
        for (int first = 0; first < count; first += batchSize) {
            int size = Math.min(batchSize, count - first);
            pieces.add(new Piece(folder.resolve(first + "-" + (first + size - 1) + ".safetensors"), first, size));
        }
        return pieces;
    }

    /** Pictures that go through the network at once, and the file that keeps what it sees. */
    private record Piece(Path file, int first, int size) {

        private static final String SECONDS = "secondsToMake";

        TensorFile look(FeatureNetwork network, Pictures pictures) {
            if (!Files.exists(file)) {
                long begun = System.nanoTime();
                Tensor pixels = pictures.pixels(first, size);
                double seconds = (System.nanoTime() - begun) / 1e9;
                Safetensors.write(file, seen(network, pixels).tensors(), Map.of(SECONDS, String.valueOf(seconds)));
            }
            return Safetensors.open(file);
        }

        private Features seen(FeatureNetwork network, Tensor pixels) {
            try {
                return network.of(pixels);
            } catch (RuntimeException e) {
                throw OutOfNativeMemoryException.ofBatch(e, size);
            }
        }
    }
}

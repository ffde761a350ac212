package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * A linear map from latents to colours: roughly what a picture will be, in a moment and without the autoencoder.
 *
 * @param weights for each channel of the latents, and at last for a constant, its share in each channel of the picture
 */
public record Preview(List<List<Double>> weights) {

    private static final String KEY = "preview";

    /** Refuses what is no matrix. */
    public Preview {
        weights = weights.stream().map(List::copyOf).toList();
        require(
                weights.size() >= 2
                        && weights.stream().mapToInt(List::size).distinct().count() == 1,
                "a preview needs a row for each channel of the latents and one more, all as long, was %s",
                weights);
    }

    /**
     * The map with the smallest squared error.
     *
     * @param latents as the model draws them, float32 {@code [pictures, channels, height, width]} on the processor
     * @param pictures float32 {@code [pictures, colours, …]} in [-1, 1], of sides that are multiples of the latents'
     */
    public static Preview fit(Tensor latents, Tensor pictures) {
        Tensor means = torch.adaptive_avg_pool2d(pictures, latents.size(2), latents.size(3));
        Tensor x = rows(latents);
        Tensor y = rows(means);
        Tensor square = x.t().matmul(x);
        Tensor ridge =
                torch.eye(square.size(0), new TensorOptions(ScalarType.Double)).mul(new Scalar(1e-9));
        Tensor found = torch.linalg_solve(square.add(ridge), x.t().matmul(y.narrow(1, 0, pictures.size(1))));
        double[] values = Tensors.toArray(found.contiguous());
        int colours = (int) pictures.size(1);
        List<List<Double>> weights = new ArrayList<>();
        for (int row = 0; row < found.size(0); row++) {
            List<Double> shares = new ArrayList<>();
            for (int colour = 0; colour < colours; colour++) {
                shares.add(values[row * colours + colour]);
            }
            weights.add(shares);
        }
        return new Preview(weights);
    }

    /** The values of each place as a row in float64, and a 1 behind them. */
    private static Tensor rows(Tensor images) {
        Tensor rows = images.to(ScalarType.Double).permute(0, 2, 3, 1).reshape(-1, images.size(1));
        return torch.cat(
                new TensorVector(rows, torch.ones(new long[] {rows.size(0), 1}, new TensorOptions(ScalarType.Double))),
                1);
    }

    /**
     * What pictures will be, each of the latents a square of one colour.
     *
     * @param latents as the model draws them, {@code [batch, channels, height, width]}
     * @param factor pixels of a square's side
     * @return float32 {@code [batch, colours, height · factor, width · factor]} in [-1, 1] on the processor, made in the caller's scope
     */
    public Tensor of(Tensor latents, int factor) {
        require(
                latents.size(1) == weights.size() - 1,
                "the preview is for latents of %s channels, these have %s",
                weights.size() - 1,
                latents.size(1));
        return Scoped.result(() -> {
            int colours = weights.get(0).size();
            double[] flat = weights.stream()
                    .flatMap(List::stream)
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            Tensor map = Tensors.of(flat, weights.size(), colours);
            Tensor small = rows(latents.detach().cpu())
                    .matmul(map)
                    .view(latents.size(0), latents.size(2), latents.size(3), colours)
                    .permute(0, 3, 1, 2)
                    .to(ScalarType.Float)
                    .contiguous();
            return torch.upsample_nearest2d(small, new long[] {latents.size(2) * factor, latents.size(3) * factor})
                    .clamp(new ScalarOptional(new Scalar(-1)), new ScalarOptional(new Scalar(1)));
        });
    }

    /** That of a model's folder, if it has one. */
    static Optional<Preview> of(Map<String, @Nullable Object> extras, String source) {
        if (!(extras.get(KEY) instanceof List<?> rows)) {
            return Optional.empty();
        }
        try {
            List<List<Double>> weights = new ArrayList<>();
            for (Object row : rows) {
                weights.add(numbers(row));
            }
            return Optional.of(new Preview(weights));
        } catch (IllegalArgumentException e) {
            throw new FormatException(source + ": " + KEY + ": " + e.getMessage(), e);
        }
    }

    private static List<Double> numbers(@Nullable Object row) {
        if (!(row instanceof List<?> list) || !list.stream().allMatch(Number.class::isInstance)) {
            throw new IllegalArgumentException("a row must be a list of numbers, was " + row);
        }
        return list.stream().map(Number.class::cast).map(Number::doubleValue).toList();
    }

    /** What {@code diffusion4j.json} says of it. */
    public Map<String, Object> toMap() {
        return Map.of(KEY, weights);
    }
}

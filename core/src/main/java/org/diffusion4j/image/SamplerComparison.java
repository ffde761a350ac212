package org.diffusion4j.image;

import com.sun.management.OperatingSystemMXBean;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Samplers;

/**
 * The same pictures by every sampler in several numbers of steps: what they cost, how they look and, of samplers without noise, how
 * far they are from where the same seed leads in many steps.
 *
 * @param rows one for each sampler, in the order of {@link Samplers#all}
 */
public record SamplerComparison(List<Row> rows) {

    private static final int LIMIT = 300; // steps of Heun's method
    private static final int COLUMNS = 5;
    private static final int GAP = 8;

    /** One sampler. */
    public record Row(Samplers.Entry sampler, List<Cell> cells) {

        /** The pictures of all numbers of steps, from left to right. */
        public BufferedImage strip() {
            List<BufferedImage> groups = cells.stream()
                    .map(cell -> ImageGrid.of(cell.pictures(), COLUMNS, 1))
                    .toList();
            return ImageGrid.of(groups, groups.size(), GAP);
        }
    }

    /**
     * One sampler in so many steps.
     *
     * @param seconds of processor time for one picture
     * @param distance root mean square difference in grey levels of 255 from the pictures that the probability-flow ODE leads to;
     *     empty where the sampler adds noise
     */
    public record Cell(int steps, double seconds, OptionalDouble distance, List<BufferedImage> pictures) {}

    /**
     * Draws them all.
     *
     * @param steps each from 1 to the timesteps of the model
     * @param count how many pictures of each kind
     * @param beforeEach receives what is drawn next
     */
    public static SamplerComparison of(
            DiffusionModel model, List<Integer> steps, int count, long seed, Consumer<SampleSettings> beforeEach) {
        Draw draw = Draw.of(count).withSeed(seed);
        int total = model.process().table().steps();
        steps.forEach(
                n -> SampleSettings.of("ddim", n).grid(model.process())); // refuses too many before anything is drawn
        SampleSettings manySteps = SampleSettings.of("heun", Math.min(LIMIT, total));
        beforeEach.accept(manySteps);
        List<BufferedImage> limit = model.draw(draw.with(manySteps));
        List<Row> rows = new ArrayList<>();
        for (Samplers.Entry sampler : Samplers.all()) {
            List<Cell> cells = new ArrayList<>();
            for (int n : steps) {
                SampleSettings settings = SampleSettings.of(sampler.name(), n);
                beforeEach.accept(settings);
                double begun = processorSeconds();
                List<BufferedImage> pictures = model.draw(draw.with(settings));
                double seconds = (processorSeconds() - begun) / count;
                OptionalDouble distance =
                        sampler.stochastic() ? OptionalDouble.empty() : OptionalDouble.of(distance(pictures, limit));
                cells.add(new Cell(n, seconds, distance, pictures));
            }
            rows.add(new Row(sampler, cells));
        }
        return new SamplerComparison(rows);
    }

    private static double processorSeconds() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
    }

    private static double distance(List<BufferedImage> pictures, List<BufferedImage> limit) {
        double sum = 0;
        long values = 0;
        for (int i = 0; i < pictures.size(); i++) {
            int[] one = values(pictures.get(i).getRaster());
            int[] other = values(limit.get(i).getRaster());
            for (int k = 0; k < one.length; k++) {
                sum += Math.pow(one[k] - other[k], 2);
            }
            values += one.length;
        }
        return Math.sqrt(sum / values);
    }

    private static int[] values(Raster raster) {
        return raster.getPixels(0, 0, raster.getWidth(), raster.getHeight(), (int[]) null);
    }
}

package org.diffusion4j.cli;

import java.util.List;
import java.util.Map;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.sample.DiffusionModel;

/** One thing that {@code evaluate} measures: its own options, how it is measured, and how the result is told. */
interface Metric {

    /** As {@code --metrics} takes it. */
    String name();

    /** Measures, with a live line. */
    Measured of(Subject subject);

    /**
     * What is measured, and on what.
     *
     * @param count how many images
     * @param batchSize how many go through a network at once
     */
    record Subject(DiffusionModel model, ImageDataset data, int count, int batchSize, long seed) {}

    /**
     * A result.
     *
     * @param facts for {@code --json}
     * @param lines for people
     */
    record Measured(Map<String, ?> facts, List<String> lines) {}
}

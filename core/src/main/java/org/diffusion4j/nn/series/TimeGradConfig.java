package org.diffusion4j.nn.series;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.engine.Records;

/**
 * The size of {@link TimeGradNetwork}.
 *
 * @param cell kind of the recurrent layers
 * @param layers how many there are
 * @param cells width of each
 * @param context how many numbers the denoiser receives of what they remember
 * @param dropout share of the recurrent layers' outputs that is dropped in training
 * @param denoiser the network that denoises
 */
public record TimeGradConfig(
        RecurrentCell cell, int layers, int cells, int context, double dropout, DilatedResidualConfig denoiser) {

    public TimeGradConfig {
        require(layers >= 1, "model.layers must be at least 1, was %s", layers);
        require(cells >= 1, "model.cells must be at least 1, was %s", cells);
        require(context >= 1, "model.context must be at least 1, was %s", context);
        require(dropout >= 0 && dropout < 1, "model.dropout must lie in [0, 1), was %s", dropout);
    }

    /** Two LSTM layers of 40 cells and 100 numbers for the denoiser (pytorch-ts' defaults), without dropout. */
    public static TimeGradConfig published() {
        return new TimeGradConfig(RecurrentCell.LSTM, 2, 40, 100, 0, DilatedResidualConfig.published());
    }

    public TimeGradConfig withCell(RecurrentCell cell) {
        return Records.with(this, "cell", cell);
    }

    public TimeGradConfig withLayers(int layers) {
        return Records.with(this, "layers", layers);
    }

    public TimeGradConfig withCells(int cells) {
        return Records.with(this, "cells", cells);
    }

    public TimeGradConfig withContext(int context) {
        return Records.with(this, "context", context);
    }

    public TimeGradConfig withDropout(double dropout) {
        return Records.with(this, "dropout", dropout);
    }

    public TimeGradConfig withDenoiser(DilatedResidualConfig denoiser) {
        return Records.with(this, "denoiser", denoiser);
    }
}

package org.diffusion4j.nn.series;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What recurrent layers gave along a sequence.
 *
 * @param outputs of the last layer, {@code [batch, steps, width]}
 * @param state what they remember after the last step, each {@code [layers, batch, width]}; an LSTM has two, a GRU one
 */
public record Unrolled(Tensor outputs, List<Tensor> state) {}

package org.diffusion4j.nn.series;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;

/**
 * Layers of an LSTM or GRU over a sequence; {@code weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0}, {@code bias_hh_l0} and so on,
 * as PyTorch names them.
 */
final class Recurrent {

    private final RecurrentCell cell;
    private final int layers;
    private final int width;
    private final List<Parameter> parameters = new ArrayList<>();

    Recurrent(Parameters.Path at, RecurrentCell cell, int in, int width, int layers) {
        this.cell = cell;
        this.layers = layers;
        this.width = width;
        Initialiser initialiser = Initialiser.fanIn(width);
        for (int layer = 0; layer < layers; layer++) {
            long rows = (long) cell.gates() * width;
            parameters.add(at.add("weight_ih_l" + layer, initialiser, rows, layer == 0 ? in : width));
            parameters.add(at.add("weight_hh_l" + layer, initialiser, rows, width));
            parameters.add(at.add("bias_ih_l" + layer, initialiser, rows));
            parameters.add(at.add("bias_hh_l" + layer, initialiser, rows));
        }
    }

    /** What it remembers before the first step: zeros. */
    List<Tensor> start(Tensor like, long batch) {
        List<Tensor> state = new ArrayList<>();
        for (int i = 0; i < cell.states(); i++) {
            state.add(torch.zeros(new long[] {layers, batch, width}).to(like));
        }
        return state;
    }

    /**
     * Goes along a sequence.
     *
     * @param inputs {@code [batch, steps, in]}
     * @param state what it remembers, each {@code [layers, batch, width]}
     */
    Unrolled along(Tensor inputs, List<Tensor> state) {
        TensorVector weights = new TensorVector();
        parameters.forEach(parameter -> weights.push_back(parameter.value()));
        return cell.along(inputs, state, weights, layers);
    }
}

package org.diffusion4j.nn.series;

import java.util.List;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The kind of a recurrent layer. */
public enum RecurrentCell {

    /** Hochreiter, Schmidhuber, "Long Short-Term Memory", 1997. */
    LSTM("lstm", 4, 2) {
        @Override
        Unrolled along(Tensor inputs, List<Tensor> state, TensorVector weights, int layers) {
            T_TensorTensorTensor_T result = torch.lstm(
                    inputs, new TensorVector(state.get(0), state.get(1)), weights, true, layers, 0, true, false, true);
            return new Unrolled(own(result.get0()), List.of(own(result.get1()), own(result.get2())));
        }
    },

    /** Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014. */
    GRU("gru", 3, 1) {
        @Override
        Unrolled along(Tensor inputs, List<Tensor> state, TensorVector weights, int layers) {
            T_TensorTensor_T result = torch.gru(inputs, state.get(0), weights, true, layers, 0, true, false, true);
            return new Unrolled(own(result.get0()), List.of(own(result.get1())));
        }
    };

    private final String text;
    private final int gates;
    private final int states;

    RecurrentCell(String text, int gates, int states) {
        this.text = text;
        this.gates = gates;
        this.states = states;
    }

    abstract Unrolled along(Tensor inputs, List<Tensor> state, TensorVector weights, int layers);

    /** A tensor of its own in the place of a part of a tuple, which would die with the tuple. */
    private static Tensor own(Tensor part) {
        return new Tensor(part);
    }

    int gates() {
        return gates;
    }

    int states() {
        return states;
    }

    /** The name in recipes. */
    @Override
    public String toString() {
        return text;
    }
}

package org.diffusion4j.nn;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.nn.Parameters.Parameter;

/** A number, mostly the time, as a row of features that a linear layer can use. */
public interface TimeFeatures {

    /**
     * The features.
     *
     * @param t {@code [batch]}, float or integer
     * @param dtype of the result
     * @return {@code [batch, width]}
     */
    Tensor of(Tensor t, ScalarType dtype);

    int width();

    /** Sines and cosines of geometrically spaced frequencies (Vaswani et al. 2017); a zero is appended to an odd width. */
    record Sines(int width, int freqShift, boolean cosinesFirst) implements TimeFeatures {

        @Override
        public Tensor of(Tensor t, ScalarType dtype) {
            int half = width / 2;
            Tensor frequencies = torch.arange(new Scalar(half), t.options().dtype(new ScalarTypeOptional(dtype)))
                    .mul(new Scalar(-Math.log(10000)))
                    .div(new Scalar((double) half - freqShift))
                    .exp();
            Tensor angles = torch.outer(t.to(dtype), frequencies);
            Tensor features = cosinesFirst ? joined(angles.cos(), angles.sin()) : joined(angles.sin(), angles.cos());
            return width % 2 == 0 ? features : torch.constant_pad_nd(features, 0, 1);
        }
    }

    /**
     * Sines and cosines of 2π·w·t, or of 2π·w·ln t, with fixed random w of standard deviation 16 (Tancik et al. 2020; score SDE).
     *
     * @param ofLogarithm whether it is ln t
     */
    record Fourier(Parameter frequencies, int width, boolean ofLogarithm) implements TimeFeatures {

        /** New frequencies, which are saved with the network but never learned. */
        public Fourier(Parameters.Path at, int channels, boolean ofLogarithm) {
            this(at.addConstant("weight", new Initialiser.Normal(16), channels), 2 * channels, ofLogarithm);
        }

        /** New frequencies of ln t. */
        public Fourier(Parameters.Path at, int channels) {
            this(at, channels, true);
        }

        @Override
        public Tensor of(Tensor t, ScalarType dtype) {
            Tensor number = ofLogarithm ? t.to(dtype).log() : t.to(dtype);
            Tensor angles = torch.outer(number, frequencies.value()).mul(new Scalar(2 * Math.PI));
            return joined(angles.sin(), angles.cos());
        }
    }

    /** A learned row for each integer. */
    record Table(Parameter rows, int width) implements TimeFeatures {

        /** A new table. */
        public Table(Parameters.Path at, int count, int width) {
            this(at.add("weight", new Initialiser.Normal(1), count, width), width);
        }

        @Override
        public Tensor of(Tensor t, ScalarType dtype) {
            return torch.embedding(rows.value(), t.to(ScalarType.Long));
        }
    }

    private static Tensor joined(Tensor left, Tensor right) {
        return torch.cat(new TensorVector(left, right), 1);
    }
}

package org.diffusion4j.sample.lambda;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The polynomial in lambda through values of the model, to be integrated over a step. Its tensors are borrowed. */
public final class LambdaPolynomial {

    private final List<Double> nodes = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();

    /**
     * Goes through one more point.
     *
     * @param node lambda less that at the begin of the step, unlike those before
     */
    public LambdaPolynomial through(double node, Tensor value) {
        nodes.add(node);
        values.add(value);
        return this;
    }

    /** How many points there are. */
    int size() {
        return nodes.size();
    }

    /**
     * The integral of kernel and polynomial.
     *
     * @param moments {@code ∫ kernel(u)·u^k du} for each degree k below {@link #size}
     */
    public Tensor integral(double[] moments) {
        Tensor sum = values.get(0).mul(new Scalar(weight(0, moments)));
        for (int j = 1; j < size(); j++) {
            sum = sum.add(values.get(j), new Scalar(weight(j, moments)));
        }
        return sum;
    }

    /** The integral of Lagrange's polynomial that is 1 at node j and 0 at the others. */
    private double weight(int j, double[] moments) {
        double[] lagrange = new double[size()]; // by powers of u
        lagrange[0] = 1;
        for (int m = 0; m < size(); m++) {
            if (m != j) {
                double distance = nodes.get(j) - nodes.get(m);
                for (int k = size() - 1; k >= 0; k--) {
                    lagrange[k] = ((k == 0 ? 0 : lagrange[k - 1]) - nodes.get(m) * lagrange[k]) / distance;
                }
            }
        }
        double weight = 0;
        for (int k = 0; k < size(); k++) {
            weight += lagrange[k] * moments[k];
        }
        return weight;
    }
}

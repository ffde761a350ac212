package org.diffusion4j.diffusers.weights;

import org.bytedeco.pytorch.Tensor;

/**
 * Where a tensor of another file belongs.
 *
 * @param part the network
 * @param name of the tensor in that network's folder
 * @param change what becomes of it
 */
record Placement(ModelPart part, String name, Change change) {

    /** What becomes of a tensor; the results are views, made in the caller's scope. */
    enum Change {
        /** Nothing. */
        NONE {
            @Override
            Tensor apply(Tensor x) {
                return x;
            }
        },

        /** A convolution of 1×1 becomes a matrix. */
        FLATTENED {
            @Override
            Tensor apply(Tensor x) {
                return x.dim() == 4 ? x.flatten(1, 3) : x;
            }
        },

        /** Rows become columns. */
        TRANSPOSED {
            @Override
            boolean fits(Tensor x) {
                return x.dim() == 2;
            }

            @Override
            Tensor apply(Tensor x) {
                return x.t();
            }
        },

        /** The first third of the rows: queries. */
        QUERY {
            @Override
            boolean fits(Tensor x) {
                return hasThirds(x);
            }

            @Override
            Tensor apply(Tensor x) {
                return third(x, 0);
            }
        },

        /** The second third of the rows: keys. */
        KEY {
            @Override
            boolean fits(Tensor x) {
                return hasThirds(x);
            }

            @Override
            Tensor apply(Tensor x) {
                return third(x, 1);
            }
        },

        /** The last third of the rows: values. */
        VALUE {
            @Override
            boolean fits(Tensor x) {
                return hasThirds(x);
            }

            @Override
            Tensor apply(Tensor x) {
                return third(x, 2);
            }
        };

        /** Whether a tensor is of a shape that can be changed so. */
        boolean fits(Tensor x) {
            return true;
        }

        abstract Tensor apply(Tensor x);

        private static boolean hasThirds(Tensor x) {
            return x.dim() >= 1 && x.size(0) % 3 == 0;
        }

        private static Tensor third(Tensor x, int which) {
            long rows = x.size(0) / 3;
            return x.narrow(0, which * rows, rows);
        }
    }
}

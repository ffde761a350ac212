package org.diffusion4j.text;

import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Embeddings to begin with: tokens that stand among the same neighbours lie near each other, so that what is learned of one holds for the
 * others. They are the first singular vectors of the positive pointwise mutual information of tokens and what stands up to two places
 * from them.
 *
 * <p>Levy, Goldberg, "Neural Word Embedding as Implicit Matrix Factorization", NeurIPS 2014, section 5.
 */
final class NeighbourEmbeddings {

    private static final int REACH = 2;
    private static final int OFFSETS = 2 * REACH;
    private static final int LARGEST = 1 << 25; // numbers in the matrix
    private static final int ITERATIONS = 5; // of a subspace
    private static final double RANDOM = 0.5; // added, so that tokens with the same neighbours lie apart

    private NeighbourEmbeddings() {}

    /**
     * The embeddings.
     *
     * @param rows tokens, int64 {@code [texts, length]}
     * @param counts of each token, int64 {@code [vocabulary]}
     * @param random {@code [vocabulary, embedding]}, of deviation 1, where the search begins, and of which a part is added
     * @return shaped so, made in the caller's scope
     */
    static Tensor of(Tensor rows, Tensor counts, Tensor random) {
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            Tensor information = information(rows, counts).to(random.scalar_type());
            Tensor basis = random;
            for (int i = 0; i < ITERATIONS; i++) {
                Tensor turned = torch.matmul(information, torch.matmul(information.t(), basis));
                basis = torch.linalg_qr(turned).get0();
            }
            Tensor within = torch.matmul(basis.t(), information);
            T_TensorTensor_T squares =
                    torch.linalg_eigh(torch.matmul(within, within.t())); // S² and how U lies in the basis
            Tensor found = torch.matmul(basis, squares.get1())
                    .mul(squares.get0().clamp_min(new Scalar(0)).sqrt().sqrt()); // U·√S
            Tensor centred = found.sub(mean(found, 0));
            Tensor known = sum(information, 1).gt(new Scalar(0));
            return random.mul(new Scalar(RANDOM))
                    .add(centred.div(centred.square().mean().sqrt()).mul(known));
        }
    }

    /** PPMI of each token with each of the most frequent at each offset, {@code [vocabulary, OFFSETS · frequent]}. */
    private static Tensor information(Tensor rows, Tensor counts) {
        Tensor joint = pairs(rows, counts);
        Tensor expected = torch.matmul(sum(joint, 1), sum(joint, 0)).div(joint.sum());
        Tensor trust = joint.div(joint.add(new Scalar(1))); // what was seen seldom says little
        return joint.div(expected).log().nan_to_num().clamp_min(new Scalar(0)).mul(trust);
    }

    private static Tensor pairs(Tensor rows, Tensor counts) {
        long vocabulary = counts.size(0);
        long frequent = Math.max(1, Math.min(vocabulary, LARGEST / OFFSETS / vocabulary));
        Tensor byCount = counts.argsort(0, true);
        Tensor rank = torch.empty_like(counts)
                .scatter_(0, byCount, torch.arange(new Scalar(vocabulary)).to(counts.scalar_type()));
        Tensor joint = torch.zeros(new long[] {vocabulary * OFFSETS * frequent}, new TensorOptions(ScalarType.Float));
        for (int offset = 1; offset <= Math.min(REACH, rows.size(1) - 1); offset++) {
            Tensor left = rows.narrow(1, 0, rows.size(1) - offset).flatten();
            Tensor right = rows.narrow(1, offset, rows.size(1) - offset).flatten();
            count(joint, left, rank.index_select(0, right), REACH + offset - 1, frequent);
            count(joint, right, rank.index_select(0, left), REACH - offset, frequent);
        }
        return joint.view(vocabulary, OFFSETS * frequent);
    }

    private static void count(Tensor joint, Tensor tokens, Tensor ranks, long place, long frequent) {
        Tensor at = tokens.mul(new Scalar(OFFSETS))
                .add(new Scalar(place))
                .mul(new Scalar(frequent))
                .add(ranks)
                .masked_select(ranks.lt(new Scalar(frequent)));
        joint.scatter_add_(0, at, torch.ones_like(at).to(ScalarType.Float));
    }

    private static Tensor sum(Tensor x, long axis) {
        return x.sum(new long[] {axis}, true, new ScalarTypeOptional());
    }

    private static Tensor mean(Tensor x, long axis) {
        return x.mean(new long[] {axis}, true, new ScalarTypeOptional());
    }
}

package org.diffusion4j.train.score;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.SmoothProcess;

/** Of which error a loss is the mean square at a time; the weight of the prediction's own error follows. */
public enum ErrorWeight {

    /** The prediction's own error: EDM's loss for its preconditioning, that of flow matching for the velocity. */
    OWN("own") {
        @Override
        double of(Prediction prediction, DiffusionProcess process, double t) {
            return 1;
        }
    },

    /** That of eps, which is {@code sigma²} times that of the score (NCSN, equation 6 with lambda = sigma²; Song et al. 2021, equation 7). */
    EPS("eps") {
        @Override
        double of(Prediction prediction, DiffusionProcess process, double t) {
            return Prediction.EPS.errorOfX0(process, t) / prediction.errorOfX0(process, t);
        }
    },

    /**
     * {@code diffusion²} times that of the score, whose mean over times bounds the negative log-likelihood (Song, Durkan, Murray,
     * Ermon, "Maximum Likelihood Training of Score-Based Diffusion Models", NeurIPS 2021). Draw times by {@link LogNoiseTimes}.
     */
    LIKELIHOOD("likelihood") {
        @Override
        double of(Prediction prediction, DiffusionProcess process, double t) {
            require(
                    process instanceof SmoothProcess,
                    "likelihood weighting needs a process in continuous time, not a table: take eps");
            double diffusion = ((SmoothProcess) process).diffusion(t) / process.sigma(t);
            return diffusion * diffusion * EPS.of(prediction, process, t);
        }
    };

    private final String text;

    ErrorWeight(String text) {
        this.text = text;
    }

    /** The weight of the prediction's own squared error at time t. */
    abstract double of(Prediction prediction, DiffusionProcess process, double t);

    /** The name in recipes. */
    @Override
    public String toString() {
        return text;
    }
}

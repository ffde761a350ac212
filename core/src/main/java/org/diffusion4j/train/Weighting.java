package org.diffusion4j.train;

import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;

/**
 * How much each time counts in L_simple. All but the first are weights of the squared error of x0, whatever is predicted: the weight
 * of a prediction's own error follows from how it depends on x0.
 */
public enum Weighting {

    /** Every time alike, in the prediction's own error (DDPM). */
    SIMPLE("simple", 1, (snr, error, gamma) -> error),

    /** SNR: the error of eps (Salimans, Ho 2022, section 4). */
    SNR("snr", 1, (snr, error, gamma) -> snr),

    /** max(SNR, 1) (Salimans, Ho 2022, "truncated SNR"). */
    TRUNCATED_SNR("truncated-snr", 1, (snr, error, gamma) -> Math.max(snr, 1)),

    /** min(SNR, gamma), gamma 5 (Hang et al., "Efficient Diffusion Training via Min-SNR Weighting Strategy", ICCV 2023). */
    MIN_SNR("min-snr", 5, (snr, error, gamma) -> Math.min(snr, gamma)),

    /** SNR/(1 + SNR)^gamma, gamma 1 (Choi et al., "Perception Prioritized Training of Diffusion Models", CVPR 2022, k = 1). */
    P2("p2", 1, (snr, error, gamma) -> snr / Math.pow(1 + snr, gamma));

    private interface OfX0 {
        /** @param error the prediction's squared error where that of x0 is 1 */
        double weight(double snr, double error, double gamma);
    }

    private final String text;
    private final double gamma;
    private final OfX0 ofX0;

    Weighting(String text, double gamma, OfX0 ofX0) {
        this.text = text;
        this.gamma = gamma;
        this.ofX0 = ofX0;
    }

    /** The gamma of the paper; 1 where there is none. */
    double gamma() {
        return gamma;
    }

    /** The weight of the prediction's squared error at time t. */
    double of(Prediction prediction, DiffusionProcess process, double t, double gamma) {
        double snr = Math.pow(process.noiseToSignal(t), -2);
        double error = prediction.errorOfX0(process, t);
        return ofX0.weight(snr, error, gamma) / error;
    }

    /** The name in recipes. */
    @Override
    public String toString() {
        return text;
    }
}

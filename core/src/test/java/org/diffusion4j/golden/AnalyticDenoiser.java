package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;

/** The denoiser that {@code inputs.model} of a case names, for any process; keeps what it was asked. */
final class AnalyticDenoiser implements Denoiser {

    /** One question: x and the time. */
    record Call(double[] x, double t) {}

    private final DiffusionProcess process;
    private final JsonNode model;
    private final List<Call> calls = new ArrayList<>();

    AnalyticDenoiser(DiffusionProcess process, GoldenCase golden) {
        this.process = process;
        this.model = golden.json().path("inputs").path("model");
    }

    @Override
    public DiffusionProcess process() {
        return process;
    }

    List<Call> calls() {
        return calls;
    }

    @Override
    public Denoised at(Tensor x, double t) {
        calls.add(new Call(Comparison.values(x), t));
        double alpha = process.alpha(t);
        double sigma = process.sigma(t);
        Tensor x0 = posteriorMean(x.div(new Scalar(alpha)), Math.pow(sigma / alpha, 2));
        return Prediction.X0.interpret(x0, x, alpha, sigma);
    }

    private Tensor posteriorMean(Tensor z, double noise) {
        double own = Math.pow(model.path("s").asDouble(), 2);
        double v = own + noise;
        Tensor shrunk = z.mul(new Scalar(own / v));
        return switch (model.path("denoiser").asText()) {
            case "gaussian" -> shrunk.add(new Scalar(noise * model.path("mu").asDouble() / v));
            case "two_point" -> {
                double m = model.path("m").asDouble();
                yield shrunk.add(z.mul(new Scalar(m / v)).tanh(), new Scalar(noise * m / v));
            }
            default -> throw new IllegalArgumentException("denoiser " + model);
        };
    }
}

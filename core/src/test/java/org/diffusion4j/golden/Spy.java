package org.diffusion4j.golden;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;

/** A denoiser that keeps what it was asked and what it said, call by call. */
public final class Spy implements Denoiser {

    public final List<double[]> samples = new ArrayList<>();
    public final List<double[]> cleanSamples = new ArrayList<>();
    public final List<Double> times = new ArrayList<>();
    private final Denoiser model;

    public Spy(Denoiser model) {
        this.model = model;
    }

    @Override
    public DiffusionProcess process() {
        return model.process();
    }

    @Override
    public Denoised at(Tensor x, double t) {
        Denoised at = model.at(x, t);
        samples.add(Comparison.values(x));
        cleanSamples.add(Comparison.values(at.x0()));
        times.add(t);
        return at;
    }

    /** The numbers that the network was given for t. */
    double[] networkTimes() {
        return times.stream().mapToDouble(process()::networkTime).toArray();
    }
}

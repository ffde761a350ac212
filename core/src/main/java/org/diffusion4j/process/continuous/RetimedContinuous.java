package org.diffusion4j.process.continuous;

import java.util.function.DoubleUnaryOperator;
import org.diffusion4j.process.ContinuousProcess;

/**
 * A process in continuous time whose network receives another number for the time. The sinusoids of a U-Net tell numbers apart that
 * differ by one; times in [0, 1] are all alike to them.
 *
 * @param timestep that number, of the process's time
 */
record RetimedContinuous(ContinuousProcess process, DoubleUnaryOperator timestep) implements ContinuousProcess {

    @Override
    public double alpha(double t) {
        return process.alpha(t);
    }

    @Override
    public double sigma(double t) {
        return process.sigma(t);
    }

    @Override
    public double networkTime(double t) {
        return timestep.applyAsDouble(t);
    }

    @Override
    public double noiseToSignal(double t) {
        return process.noiseToSignal(t);
    }

    @Override
    public double timeAt(double ratio) {
        return process.timeAt(ratio);
    }

    @Override
    public double firstTime() {
        return process.firstTime();
    }

    @Override
    public double lastTime() {
        return process.lastTime();
    }

    @Override
    public double priorDeviation() {
        return process.priorDeviation();
    }

    @Override
    public double alphaRate(double t) {
        return process.alphaRate(t);
    }

    @Override
    public double sigmaRate(double t) {
        return process.sigmaRate(t);
    }
}

package org.diffusion4j.process;

/** A process that is another one but for what it says itself. */
interface ProcessView extends DiffusionProcess {

    /** The other one. */
    DiffusionProcess process();

    @Override
    default double alpha(double t) {
        return process().alpha(t);
    }

    @Override
    default double sigma(double t) {
        return process().sigma(t);
    }

    @Override
    default double networkTime(double t) {
        return process().networkTime(t);
    }

    @Override
    default double timeAt(double ratio) {
        return process().timeAt(ratio);
    }
}

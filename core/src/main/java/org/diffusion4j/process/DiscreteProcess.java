package org.diffusion4j.process;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.schedule.DiscreteSchedule;

/**
 * DDPM's process: variance-preserving, defined at the timesteps of a table and at −1, the clean sample. The network is given the
 * timestep.
 */
public record DiscreteProcess(DiscreteSchedule table) implements DiffusionProcess {

    @Override
    public double alpha(double t) {
        return Math.sqrt(table.alphaBar(timestep(t)));
    }

    @Override
    public double sigma(double t) {
        return Math.sqrt(1 - table.alphaBar(timestep(t)));
    }

    @Override
    public double networkTime(double t) {
        return timestep(t);
    }

    private static int timestep(double t) {
        int timestep = (int) t;
        require(timestep == t, "a discrete process is defined at whole timesteps, not at %s", t);
        return timestep;
    }
}

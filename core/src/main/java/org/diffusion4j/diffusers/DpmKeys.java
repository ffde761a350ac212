package org.diffusion4j.diffusers;

import java.util.Map;
import org.diffusion4j.sample.lambda.DpmSolver;
import org.diffusion4j.sample.lambda.DpmSolverSinglestep;
import org.diffusion4j.sample.lambda.FinalOrders;
import org.diffusion4j.sample.lambda.FirstMoment;
import org.diffusion4j.sample.lambda.Integrand;

/** The keys of diffusers' DPM-Solvers and those that solvers in lambda share with them. */
final class DpmKeys {

    private static final Map<String, Integrand> INTEGRANDS = Map.of(
            "dpmsolver++", Integrand.X0,
            "sde-dpmsolver++", Integrand.X0,
            "dpmsolver", Integrand.EPS,
            "sde-dpmsolver", Integrand.EPS,
            "deis", Integrand.X0); // of a file written for DEIS

    private static final Map<String, Double> TAUS =
            Map.of("dpmsolver++", 0.0, "sde-dpmsolver++", 1.0, "dpmsolver", 0.0, "sde-dpmsolver", 1.0, "deis", 0.0);

    private static final Map<String, FirstMoment> WEIGHTS = Map.of(
            "midpoint", FirstMoment.MIDPOINT,
            "heun", FirstMoment.EXACT,
            "logrho", FirstMoment.MIDPOINT, // of a file written for DEIS, the next two for UniPC
            "bh1", FirstMoment.MIDPOINT,
            "bh2", FirstMoment.MIDPOINT);

    private DpmKeys() {}

    static DpmSolver multistep(SchedulerKeys keys) {
        return new DpmSolver(
                keys.integer("solver_order", 2),
                integrand(keys),
                weight(keys),
                false,
                tau(keys),
                new FinalOrders(
                        lowerAtEnd(keys) ? FinalOrders.LOWER_BELOW_15.below() : 0, keys.flag("euler_at_final", false)));
    }

    static DpmSolverSinglestep singlestep(SchedulerKeys keys) {
        boolean full = !lowerAtEnd(keys) && !endsClean(keys);
        return new DpmSolverSinglestep(
                keys.integer("solver_order", 2), integrand(keys), weight(keys), weight(keys), full, tau(keys));
    }

    static boolean lowerAtEnd(SchedulerKeys keys) {
        return keys.flag("lower_order_final", true);
    }

    /** Whether the last step goes to the clean sample, else to the lowest noise level. */
    static boolean endsClean(SchedulerKeys keys) {
        return keys.word("final_sigmas_type", "zero", Map.of("zero", true, "sigma_min", false));
    }

    private static Integrand integrand(SchedulerKeys keys) {
        return keys.word("algorithm_type", "dpmsolver++", INTEGRANDS);
    }

    private static double tau(SchedulerKeys keys) {
        return keys.word("algorithm_type", "dpmsolver++", TAUS);
    }

    private static FirstMoment weight(SchedulerKeys keys) {
        return keys.word("solver_type", "midpoint", WEIGHTS);
    }
}

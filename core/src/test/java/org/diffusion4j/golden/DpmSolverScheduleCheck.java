package org.diffusion4j.golden;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.diffusion4j.process.ContinuousSpacing;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.lambda.DpmSolverSinglestep;
import org.diffusion4j.sample.lambda.Integrand;

/** DPM-Solver's noise schedules, times, and the orders of its singlestep solver. */
final class DpmSolverScheduleCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.name().startsWith("dpmsolver-noise_schedule");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        DiffusionProcess p = DpmSolverSchedule.process(golden.config());
        double[] t = golden.input("t").values();
        out.expect("log_alpha", at(t, each -> Math.log(p.alpha(each))));
        out.expect("sigma", at(t, p::sigma));
        out.expect("lambda_t", at(t, each -> -Math.log(p.noiseToSignal(each))));
        out.expect("inverse_lambda", at(golden.input("lambda_query").values(), lambda -> p.timeAt(Math.exp(-lambda))));
        out.expectExactly("total_N", DpmSolverSchedule.steps(p));
        double first = golden.input("t_T").scalar();
        for (String word : List.of("time_uniform", "time_quadratic", "logSNR")) {
            ContinuousSpacing spacing = DpmSolverSchedule.spacing(word);
            int steps = (int) golden.input("time_steps_n").scalar();
            out.expect(
                    "time_steps_" + word,
                    spacing.times(p, first, golden.input("t_0").scalar(), steps));
        }
        golden.expectedNames().stream()
                .filter(name -> name.startsWith("singlestep_orders_"))
                .forEach(name -> orders(golden, out, p, first, name));
    }

    private static void orders(GoldenCase golden, Comparison out, DiffusionProcess p, double first, String name) {
        String[] words = name.split("_");
        int order = Integer.parseInt(words[2]);
        int calls = Integer.parseInt(words[3]);
        List<Integer> orders = new DpmSolverSinglestep(order, Integrand.X0).orders(calls);
        double[] fine = ContinuousSpacing.UNIFORM.times(
                p, first, golden.input("singlestep_t_0").scalar(), calls);
        double[] times = new double[orders.size() + 1];
        int reached = 0;
        times[0] = fine[0];
        for (int k = 0; k < orders.size(); k++) {
            reached += orders.get(k);
            times[k + 1] = fine[reached];
        }
        out.expectExactly(name, orders.stream().mapToDouble(each -> each).toArray());
        out.expect("singlestep_times_" + order + "_" + calls, times);
    }

    private static double[] at(double[] points, DoubleUnaryOperator function) {
        return Arrays.stream(points).map(function).toArray();
    }
}

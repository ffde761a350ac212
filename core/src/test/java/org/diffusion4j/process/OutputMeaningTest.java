package org.diffusion4j.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.DiscreteSchedule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A network's output")
class OutputMeaningTest {

    private final DiscreteSchedule table = BetaSchedule.ddpm().table();
    private final DiscreteProcess process = new DiscreteProcess(table);
    private PointerScope scope;
    private Tensor output;
    private Tensor xt;

    @BeforeEach
    void open() {
        scope = new PointerScope();
        output = Tensors.of(new double[] {0.5, -0.5, 1, -1}, 1, 4, 1);
        xt = output.narrow(1, 0, 2);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void with_a_learned_variance_is_the_prediction_and_then_the_variance() {
        Denoised read = new OutputMeaning(Prediction.X0, LearnedVariance.RANGE)
                .interpret(output, xt, NoiseLevel.at(process, 300));

        assertThat(Comparison.values(read.x0())).containsExactly(0.5, -0.5);
        assertThat(Comparison.values(read.logVariance().of(ReverseStep.of(process.posterior(300, 299)))))
                .containsExactly(
                        new double[] {
                            Math.log(table.beta(300)),
                            Math.log(table.posterior(300, 299).variance())
                        },
                        within(1e-12));
    }

    @Test
    void without_one_is_the_prediction_alone() {
        Denoised read = new OutputMeaning(Prediction.X0, null).interpret(xt, xt, NoiseLevel.at(process, 300));
        assertThat(read.logVariance()).isNull();
    }

    @Test
    void is_refused_where_it_has_not_the_channels_for_a_variance() {
        OutputMeaning meaning = new OutputMeaning(Prediction.X0, LearnedVariance.RANGE);
        assertThatThrownBy(() -> meaning.interpret(xt, xt, NoiseLevel.at(process, 300)))
                .hasMessage("with a learned variance the network needs 4 output channels, twice those of x, but has 2");
    }

    @Test
    void says_the_variance_or_its_logarithm_in_the_other_forms() {
        ReverseStep step = ReverseStep.of(process.posterior(300, 299));
        assertThat(Comparison.values(LearnedVariance.LOG.of(xt).of(step))).containsExactly(0.5, -0.5);
        assertThat(Comparison.values(LearnedVariance.VALUE.of(xt.exp()).of(step)))
                .containsExactly(new double[] {0.5, -0.5}, within(1e-15));
    }
}

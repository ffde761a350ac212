package org.diffusion4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import org.diffusion4j.engine.Records;
import org.jspecify.annotations.Nullable;

/** The stages of a training, one after the other; steps are counted from 1 over all of them. */
record Plan(List<Stage> stages) {

    /** The number of steps of all stages. */
    long steps() {
        return stages.stream().mapToLong(Stage::steps).sum();
    }

    double learningRateAt(long step) {
        return at(step, Stage::learningRateAt);
    }

    /** What the recipe says of the step's stage, before warm-up and decay. */
    double fullLearningRateAt(long step) {
        return at(step, (stage, within) -> stage.learningRate());
    }

    double clipGradientAt(long step) {
        return at(step, (stage, within) -> stage.clipGradient());
    }

    private double at(long step, ToDoubleBiFunction<Stage, Long> value) {
        long before = 0;
        for (Stage stage : stages) {
            if (step <= before + stage.steps()) {
                return value.applyAsDouble(stage, step - before);
            }
            before += stage.steps();
        }
        throw new IllegalArgumentException("step " + step + " lies beyond the last, " + before);
    }

    /** What of the plan the weights after a step depend on: the stages begun, and how long the last is only if its rate falls. */
    List<Map<String, @Nullable Object>> until(long step) {
        List<Map<String, @Nullable Object>> begun = new ArrayList<>();
        long before = 0;
        for (Stage stage : stages) {
            if (before > 0 && before >= step) {
                break;
            }
            Map<String, @Nullable Object> facts = Records.CAMEL_CASE.write(stage);
            before += stage.steps();
            if (before >= step && !stage.decays()) {
                facts.remove("steps");
            }
            begun.add(facts);
        }
        return begun;
    }
}

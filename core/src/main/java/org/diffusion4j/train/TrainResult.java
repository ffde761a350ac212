package org.diffusion4j.train;

/**
 * How a call of {@link Trainer#run} ended.
 *
 * @param step the number of steps done, those of earlier calls included
 * @param validationLoss the last one, NaN where there was none
 */
public record TrainResult(End end, long step, double validationLoss) {

    /** Why a training stopped. */
    public enum End {
        FINISHED("all steps are done"),
        REQUESTED("asked to stop"),
        TIME_LIMIT("the time limit is reached");

        private final String text;

        End(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}

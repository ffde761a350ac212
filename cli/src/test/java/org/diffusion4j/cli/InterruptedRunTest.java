package org.diffusion4j.cli;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code mvn verify -Ptorture} interrupts by the hundred: {@code -Dtorture.kills=200 -Dtorture.ctrlcs=100}. */
@DisplayName("A training that is interrupted at any moment and goes on")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
class InterruptedRunTest {

    private static final int FEW = 3;
    private static final int STEPS_FOR_EACH = 20;
    private static final int MOST_STEPS = 300;
    private static final int KILLED = 128 + 9;
    private static final int CTRL_C = 128 + 2;

    @TempDir(factory = InMemory.class)
    private Path folder;

    @Test
    void is_bit_for_bit_the_one_that_was_never_killed() throws Exception {
        kill(FEW);
    }

    @Tag("torture")
    @Test
    void is_bit_for_bit_the_one_that_was_never_killed_however_often() throws Exception {
        kill(Integer.getInteger("torture.kills", 200));
    }

    @Test
    void survives_two_ctrl_c() throws Exception {
        ctrlC(FEW);
    }

    @Tag("torture")
    @Test
    void survives_two_ctrl_c_however_often() throws Exception {
        ctrlC(Integer.getInteger("torture.ctrlcs", 100));
    }

    private void kill(int times) throws Exception {
        int inCheckpoint = new InterruptedRun(folder, Math.min(STEPS_FOR_EACH * times, MOST_STEPS), times)
                .interrupt(times, (training, random) -> training.destroyForcibly(), KILLED);
        System.out.println(
                "killed " + times + " times, of them " + inCheckpoint + " while a checkpoint was being written");
    }

    private void ctrlC(int times) throws Exception {
        Launched.assumeHeard("INT");
        int inCheckpoint = new InterruptedRun(folder, Math.min(STEPS_FOR_EACH * times, MOST_STEPS), times)
                .interrupt(
                        times,
                        (training, random) -> {
                            Launched.signal(training, "INT");
                            training.waitFor(random.nextInt(60), TimeUnit.MILLISECONDS);
                            Launched.signal(training, "INT");
                        },
                        CTRL_C);
        System.out.println(
                "two Ctrl-C " + times + " times, of them " + inCheckpoint + " while a checkpoint was being written");
    }
}

package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("a need of memory")
class MachineMemoryTest {

    @Test
    void that_can_be_met_is_let_through() {
        MachineMemory.requireRoomFor(1, "a byte", "");
    }

    @Test
    void beyond_this_machine_is_refused_with_what_to_lower() {
        assertThatThrownBy(() -> MachineMemory.requireRoomFor(1e21, "a batch of 7", "lower it"))
                .isInstanceOf(OutOfNativeMemoryException.class)
                .hasMessageMatching(
                        "a batch of 7 needs at least 1\\.00e\\+12 GB of memory, this machine has .+; lower it");
    }
}

package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Compute and Device")
class ComputeTest {

    @Test
    void has_devices_by_their_names() {
        assertThat(Device.named("cpu")).isEqualTo(Device.CPU);
        assertThat(Device.named("cuda")).isEqualTo(Device.named("cuda:0")).hasToString("cuda");
        assertThat(Device.named("cuda:1").index()).isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Device.named("cuda1"))
                .withMessage("there is no device 'cuda1'; did you mean 'cuda'? known are: cpu, cuda, cuda:1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Device.named("cpu:1"))
                .withMessage("there is one device cpu only, so it has no number, was 1");
    }

    @Test
    void refuses_a_gpu_that_this_build_does_not_know() {
        Libtorch.start();
        Assumptions.assumeFalse(torch.hasCUDA(), "this is the CUDA build");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Compute(Device.named("cuda"), Precision.AUTO).requireUsable())
                .withMessage("device cuda needs the CUDA build of libtorch, and this is the CPU build: build with -Dgpu"
                        + " (docs/devices.md), or take --device cpu");
    }

    @Test
    void tells_what_auto_means() {
        assertThat(new Compute(Device.CPU, Precision.BFLOAT16)).hasToString("cpu, bf16");
        assertThat(new Compute(Device.CPU, Precision.AUTO))
                .hasToString("cpu, " + Precision.AUTO.on(Device.CPU) + " (auto)");
    }

    @Test
    void is_part_of_an_identity_where_it_changes_pictures() {
        assertThat(Compute.DEFAULT.identity()).isEmpty();
        assertThat(Compute.on(Precision.BFLOAT16).identity()).containsExactly(entry("precision", "bf16"));
        assertThat(new Compute(Device.named("cuda:1"), Precision.FLOAT32).identity())
                .containsExactly(entry("device", "cuda"));
    }
}

package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A scoped computation")
class ScopedTest {

    @BeforeAll
    static void start() {
        Libtorch.start();
    }

    @Test
    void gives_its_result_to_the_callers_scope_and_frees_the_rest() {
        List<Tensor> made = new ArrayList<>();
        Tensor result;
        try (PointerScope caller = new PointerScope()) {
            result = Scoped.result(() -> tripled(made));

            assertThat(result.item_double()).isEqualTo(3);
            assertThat(made).allMatch(tensor -> tensor.isNull());
        }
        assertThat(result.isNull()).isTrue();
    }

    @Test
    void without_a_callers_scope_the_result_is_the_callers_to_close() {
        Tensor result = Scoped.result(() -> tripled(new ArrayList<>()));

        assertThat(result.item_double()).isEqualTo(3);
        result.close();
        assertThat(result.isNull()).isTrue();
    }

    @Test
    void frees_everything_when_it_throws() {
        List<Tensor> made = new ArrayList<>();

        assertThatThrownBy(() -> Scoped.result(() -> {
                    tripled(made);
                    throw new IllegalStateException("broken");
                }))
                .hasMessage("broken");
        assertThat(made).allMatch(tensor -> tensor.isNull());
    }

    private static Tensor tripled(List<Tensor> made) {
        Tensor one = Tensor.create(1.0);
        Tensor two = one.add(one);
        made.addAll(List.of(one, two));
        return one.add(two);
    }
}

package org.diffusion4j.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A table of facts")
class FactTableTest {

    private static final List<TextItem> ITEMS = List.of(
            new TextItem("name : Aromi | food : Italian", "Aromi is Italian ."),
            new TextItem("name : Vaults | area : city centre", "Vaults is in the city centre ."),
            new TextItem("", "Somewhere ."));

    @Test
    void has_all_values_that_occur_and_that_a_fact_is_absent() {
        FactTable facts = FactTable.of(ITEMS);
        assertThat(facts.values())
                .isEqualTo(Map.of(
                        "area", List.of("", "city centre"),
                        "food", List.of("", "Italian"),
                        "name", List.of("", "Aromi", "Vaults")));
        assertThat(facts.outputs()).isEqualTo(7);
        assertThat(ITEMS.stream().map(facts::classes))
                .containsExactly(new long[] {0, 1, 1}, new long[] {1, 0, 2}, new long[] {0, 0, 0});
        assertThat(facts.classes(new TextItem("food : Chinese", "of another table")))
                .containsOnly(0);
    }

    @Test
    void names_those_that_are_where_one_is_not_known() {
        FactTable facts = FactTable.of(ITEMS);
        assertThat(facts.number("name", "Vaults")).isEqualTo(2);
        assertThatThrownBy(() -> facts.number("fod", "Italian"))
                .hasMessage("there is no fact 'fod'; did you mean 'food'? known are: area, food, name");
        assertThatThrownBy(() -> facts.number("food", "Chinese"))
                .hasMessage("there is no value of food 'Chinese'; known are: Italian");
        assertThat(FactTable.of(List.of(new TextItem("", "text"))).outputs()).isZero();
        assertThat(facts.tells(ITEMS.get(1), "area", "city centre")).isTrue();
        assertThat(facts.tells(ITEMS.get(1), "food", "Italian")).isFalse();
    }
}

package org.diffusion4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.glyphs.Glyphs;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.classifier.ClassifierRecipe;
import org.diffusion4j.nn.unet.OpenAiUNetConfig;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.Stage;
import org.diffusion4j.train.TrainSettings;
import org.diffusion4j.train.optimizer.OptimizerSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Settings of many components")
class WithersTest {

    static Stream<Record> settings() {
        return Stream.of(
                ImageRecipe.defaults(),
                ImageRecipe.defaults().data(),
                ClassifierRecipe.defaults(),
                UNet2DConfig.defaults(),
                OpenAiUNetConfig.fromMap(Map.of(), "defaults"),
                BetaSchedule.ddpm(),
                TrainSettings.defaults(),
                ObjectiveSettings.simple(),
                new Stage(10, 1e-3, 1, null, null, null),
                OptimizerSettings.adam());
    }

    @ParameterizedTest
    @MethodSource("settings")
    void have_a_wither_for_each_component_that_changes_it_alone(Record record) throws ReflectiveOperationException {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            String name = component.getName();
            Method wither = record.getClass()
                    .getMethod("with" + Character.toUpperCase(name.charAt(0)) + name.substring(1), component.getType());
            Object value = component.getAccessor().invoke(record);
            assertThat(wither.invoke(record, value)).as(name).isEqualTo(record);
            try {
                Record changed = (Record) wither.invoke(record, other(value));
                for (RecordComponent each : record.getClass().getRecordComponents()) {
                    assertThat(Objects.equals(
                                    each.getAccessor().invoke(changed),
                                    each.getAccessor().invoke(record)))
                            .as("%s after %s", each.getName(), wither.getName())
                            .isEqualTo(!each.getName().equals(name) || Objects.equals(other(value), value));
                }
            } catch (InvocationTargetException refused) {
                assertThat(refused.getCause()).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    private static Object other(Object value) {
        return value instanceof Double number
                ? number * 0.9
                : value instanceof Integer number
                        ? number + 1
                        : value instanceof Long number
                                ? number + 1
                                : value instanceof Boolean yes
                                        ? !yes
                                        : value instanceof String text ? text + "s" : value;
    }

    @Test
    void say_the_same_as_assignments_do() {
        ImageDataset glyphs = Glyphs.draw(10, 0);
        ImageRecipe typed = Diffusion.recipeFor(glyphs, 1000);
        ImageRecipe assigned = ImageRecipe.defaults()
                .with(
                        "prediction=v",
                        "data.validation=0",
                        "model.sampleSize=[28]",
                        "model.inChannels=1",
                        "model.outChannels=1",
                        "model.blockOutChannels=[32, 64, 64]",
                        "model.layersPerBlock=1",
                        "model.downBlockTypes=[\"DownBlock2D\", \"DownBlock2D\", \"AttnDownBlock2D\"]",
                        "model.upBlockTypes=[\"AttnUpBlock2D\", \"UpBlock2D\", \"UpBlock2D\"]",
                        "model.normNumGroups=8",
                        "model.numClassEmbeds=11",
                        "train.batchSize=64",
                        "train.learningRate=1e-3",
                        "train.warmupSteps=100",
                        "train.steps=1000");

        assertThat(typed).isEqualTo(assigned);
        assertThat(ImageRecipe.parse(typed.toJson(), "the text", List.of())).isEqualTo(typed);
    }

    @Test
    void refuse_as_their_records_do() {
        assertThatThrownBy(() -> TrainSettings.defaults().withBatchSize(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("train.batchSize must be at least 1, was 0");
    }

    @Test
    void change_what_belongs_together_at_once() {
        UNet2DConfig network = UNet2DConfig.defaults()
                .withLevels(List.of(new UNet2DConfig.Level(64, false), new UNet2DConfig.Level(32, true)));
        assertThat(Arrays.asList(network.blockOutChannels(), network.downBlockTypes(), network.upBlockTypes()))
                .containsExactly(
                        List.of(64, 32),
                        List.of("DownBlock2D", "AttnDownBlock2D"),
                        List.of("AttnUpBlock2D", "UpBlock2D"));
    }
}

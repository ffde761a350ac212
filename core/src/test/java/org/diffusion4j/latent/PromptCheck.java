package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.data.clip.ComposedPrompt;
import org.diffusion4j.data.clip.PromptSchedule;
import org.diffusion4j.data.clip.WeightedText;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** Prompts in the notation of AUTOMATIC1111's web UI: weights, chunks, schedules, compositions, and the text of its PNG files. */
public final class PromptCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("prompts") && !golden.name().startsWith("emphasis_embedding");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        golden.needsNo("inputs.texts", "config.steps"); // are read here
        JsonNode texts = golden.json().at("/inputs/texts");
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i).asText();
            JsonNode expected = golden.json().at("/expected/results/" + i);
            switch (golden.name()) {
                case "emphasis_texts" -> parts(text, WeightedText.parse(text), expected, out, golden);
                case "and_texts" -> parts(text, ComposedPrompt.parse(text), expected, out, golden);
                case "schedule_texts" ->
                    schedule(text, golden.json().at("/config/steps").asInt(), expected, out);
                default -> fields(text, expected, out);
            }
        }
    }

    private static void parts(
            String text, List<WeightedText> parts, JsonNode expected, Comparison out, GoldenCase golden) {
        assertThat(parts).as(text).hasSize(expected.size());
        for (int i = 0; i < parts.size(); i++) {
            assertThat(parts.get(i).text())
                    .as(text)
                    .isEqualTo(expected.get(i).get(0).asText());
            double[] weight = {expected.get(i).get(1).asDouble()};
            out.close(text, new double[] {parts.get(i).weight()}, weight, golden.atol(text), golden.rtol(text));
        }
    }

    private static void schedule(String text, int steps, JsonNode expected, Comparison out) {
        List<PromptSchedule.Entry> entries = new ArrayList<>();
        expected.forEach(entry -> entries.add(
                new PromptSchedule.Entry(entry.get(0).asInt(), entry.get(1).asText())));
        assertThat(PromptSchedule.of(text, steps)).as(text).isEqualTo(entries);
        out.close(text, new double[] {1}, new double[] {1}, 0, 0); // texts, compared above
    }

    private static void fields(String text, JsonNode expected, Comparison out) {
        GenerationParameters read = GenerationParameters.parse(text);
        Map<String, String> found = new LinkedHashMap<>();
        found.put("Prompt", read.prompt());
        found.put("Negative prompt", read.negative());
        read.fields()
                .forEach((name, value) -> read.size(name)
                        .ifPresentOrElse(
                                size -> {
                                    found.put(name + "-1", String.valueOf(size.width()));
                                    found.put(name + "-2", String.valueOf(size.height()));
                                },
                                () -> found.put(name, value)));
        Map<String, String> fields = new LinkedHashMap<>();
        expected.properties()
                .forEach(entry -> fields.put(entry.getKey(), entry.getValue().asText()));
        assertThat(found).as(text).isEqualTo(fields);
        if (read.fields().isEmpty() || read.fields().size() >= 3) { // fewer are no fields for a reader
            assertThat(GenerationParameters.parse(read.text()))
                    .as("written and read again")
                    .isEqualTo(read);
        }
        out.close(text, new double[] {1}, new double[] {1}, 0, 0); // texts, compared above
    }
}

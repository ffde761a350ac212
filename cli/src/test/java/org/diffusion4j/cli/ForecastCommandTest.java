package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.stream.Stream;
import org.diffusion4j.io.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("diffuse train, forecast and backtest of series")
class ForecastCommandTest {

    private static final String RECIPE = """
            {
              "kind": "series", "name": "tiny", "data": { "context": 4, "horizon": 3, "lags": [1, 2], "test": 6 },
              "model": { "layers": 1, "cells": 4, "context": 4, "denoiser": { "layers": 2, "channels": 2, "hidden": 4 } },
              "schedule": { "steps": 5 }, "sample": { "steps": 5 },
              "train": { "steps": 2, "batchSize": 2, "warmupSteps": 0, "decayTo": 1, "checkpointEvery": 0 }
            }
            """;

    @TempDir
    private Path folder;

    private Path data;
    private Path recipe;
    private Path run;

    @BeforeEach
    void makeRecipeAndData() throws IOException {
        recipe = Files.writeString(folder.resolve("tiny.json"), RECIPE);
        run = folder.resolve("run");
        data = folder.resolve("shop.csv");
        StringBuilder rows = new StringBuilder("day,apples,pears\n");
        for (int i = 0; i < 40; i++) {
            rows.append(LocalDate.of(2024, 1, 1).plusDays(i))
                    .append(',')
                    .append(3 + i % 7)
                    .append(',')
                    .append(i % 5 == 4 ? "" : 2 + i % 3)
                    .append('\n');
        }
        Files.writeString(data, rows);
    }

    private Ran train(Object... more) {
        return diffuse(Stream.concat(Stream.of("train", recipe, "--data", data, "--out", run), Stream.of(more))
                .toArray());
    }

    @Test
    void go_from_a_table_to_a_plot_in_three_commands() throws IOException {
        Ran trained = train();
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out()).contains("forecast with: diffuse forecast " + run.resolve("model"));

        Path quantiles = folder.resolve("q.csv");
        Path plot = folder.resolve("plot.svg");
        Path paths = folder.resolve("p.csv");
        Ran forecast = diffuse(
                "forecast",
                run.resolve("model"),
                "--data",
                data,
                "--samples",
                4,
                "--horizon",
                4,
                "--out",
                quantiles,
                "--plot",
                plot,
                "--paths",
                paths);
        assertThat(forecast.code()).isZero();
        assertThat(forecast.err())
                .isEqualToIgnoringNewLines(
                        "the model was trained on 3 rows; those after are a continuation of what it learned");
        assertThat(Files.readAllLines(quantiles))
                .hasSize(1 + 4 * 2)
                .startsWith("time,series,q0.05,q0.25,q0.5,q0.75,q0.95")
                .element(1)
                .asString()
                .startsWith("2024-02-10,apples,");
        assertThat(Files.readAllLines(paths)).hasSize(1 + 4 * 4).startsWith("path,time,apples,pears");
        assertThat(plot).content().contains("<svg", "apples", "2024-02-13").doesNotContain("NaN");

        Ran measured = diffuse(
                "backtest",
                "naive",
                "seasonal-naive",
                "drift",
                "random-walk",
                "var",
                run.resolve("model"),
                "--data",
                data,
                "--windows",
                2,
                "--horizon",
                3,
                "--samples",
                4,
                "--repeats",
                2,
                "--out",
                folder.resolve("card.json"));
        assertThat(measured.err()).isEmpty();
        assertThat(measured.out().lines()).hasSize(7);
        assertThat(Json.readObject(folder.resolve("card.json")))
                .containsEntry("windows", 2L)
                .containsKeys("dataHash", "results");
    }

    @Test
    void print_the_same_json_for_the_same_seed() {
        train();
        Object[] command = {
            "forecast",
            run.resolve("model"),
            "--data",
            data,
            "--samples",
            3,
            "--seed",
            5,
            "--sampler",
            "ddim",
            "--steps",
            3,
            "--json"
        };
        Map<String, Object> first = Json.parseObject(diffuse(command).out(), "out");
        Map<String, Object> second = Json.parseObject(diffuse(command).out(), "out");
        assertThat(first).containsEntry("sampler", "ddim").containsKey("series");
        assertThat(second.get("series")).isEqualTo(first.get("series"));
    }

    @Test
    void go_on_where_they_were_stopped_and_say_that_a_run_is_there() {
        train();
        assertThat(train().err()).contains("a run is there already");
        Ran resumed = diffuse("train", "--resume", "--out", run, "--set", "train.steps=3");
        assertThat(resumed.code()).isZero();
        assertThat(run.resolve("metrics.jsonl")).content().contains("\"step\":3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "forecast nowhere --data DATA|1|nowhere: is not the folder of a forecaster, it has no forecaster.json",
                "forecast nowhere|2|which series? say --data FILE.csv",
                "backtest naiv --data DATA|1|naiv: is not a baseline (naive, seasonal-naive, drift, random-walk, var)",
                "backtest naive --data DATA --windows 40|2|the table has 40 rows, but 40 windows of 30 rows are to be forecast",
                "backtest naive --data DATA --horizon 3 --freq fortnight|2|there is no frequency 'fortnight'"
            })
    void refuse_in_one_line_what_they_cannot_do(String words, int code, String message) {
        Ran ran = diffuse((Object[]) words.replace("DATA", data.toString()).split(" "));
        assertThat(ran.code()).isEqualTo(code);
        assertThat(ran.err().lines()).hasSize(1).first().asString().contains(message);
    }
}

package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusion4j.io.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
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

    @Test
    void measure_models_of_several_seeds_with_one_command() {
        train();
        Path first = run.resolve("model");
        run = folder.resolve("other");
        train("--set", "train.seed=1");
        Path second = run.resolve("model");
        Object[] command = {
            "backtest",
            "naive",
            first,
            second,
            "--data",
            data,
            "--windows",
            2,
            "--horizon",
            3,
            "--samples",
            3,
            "--repeats",
            2
        };
        assertThat(diffuse(command).out().lines())
                .hasSize(5)
                .last()
                .asString()
                .matches("tiny, seeds 0, 1 +\\d\\.\\d{5} ± \\d\\.\\d{5} .*");

        Map<String, Object> card = Json.parseObject(
                diffuse(Stream.concat(Stream.of(command), Stream.of("--json")).toArray())
                        .out(),
                "out");
        Map<?, ?> results = (Map<?, ?>) card.get("results");
        List<Double> expected = Stream.of(first, second)
                .map(model -> (List<?>) ((Map<?, ?>) results.get(model.toString())).get("CRPS"))
                .map(values -> ((Double) values.get(0) + (Double) values.get(1)) / 2)
                .toList();
        Map<?, ?> over = (Map<?, ?>) ((List<?>) card.get("overSeeds")).get(0);
        assertThat(((Map<?, ?>) over.get("figures")).get("CRPS")).isEqualTo(expected);
        assertThat(expected.get(0)).isNotEqualTo(expected.get(1));
    }

    @Test
    void measure_models_of_other_recipes_each_for_itself_and_say_where_they_are_asked_for_more() {
        train();
        Path first = run.resolve("model");
        run = folder.resolve("other");
        train("--set", "train.seed=1", "--set", "data.test=4");
        Ran ran = diffuse(
                "backtest",
                first,
                run.resolve("model"),
                "--data",
                data,
                "--windows",
                1,
                "--horizon",
                5,
                "--samples",
                2);
        assertThat(ran.out().lines()).hasSize(3);
        String more = " was trained on 3 rows; those after are a continuation of what it learned";
        assertThat(ran.err().lines())
                .containsExactly(
                        first + more,
                        run.resolve("model")
                                + " has learned from rows that are forecast here: its data.test is 4, 5 rows are forecast",
                        run.resolve("model") + more);
    }

    @Test
    void show_what_a_model_is() {
        train();
        assertThat(diffuse("info", run.resolve("model")).out())
                .contains("[apples, pears]", "parameters", "transform=none")
                .containsPattern("frequency +D")
                .containsPattern("horizon +3")
                .containsPattern("lags +\\[1, 2]")
                .containsPattern("rows-needed +6");
        assertThat(diffuse("info", run).err())
                .hasLineCount(1)
                .contains("has no forecaster.json; did you mean " + run.resolve("model") + "?");
        assertThat(diffuse("sample", run.resolve("model")).err())
                .hasLineCount(1)
                .contains("is a model of series, not of images; draw from it with '");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
    void end_with_one_line_when_a_signal_comes() throws Exception {
        Launched.assumeHeard("TERM");
        train();
        Path out = folder.resolve("q.csv");
        ProcessBuilder builder = Launched.diffuse(
                "forecast", run.resolve("model"), "--data", data, "--horizon", 100000, "--samples", 2, "--out", out);
        builder.environment().put("JDK_JAVA_OPTIONS", "-Ddiffuse.terminal=true");
        Process working = builder.start();
        try (BufferedReader printed =
                new BufferedReader(new InputStreamReader(working.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(printed.lines().anyMatch(line -> line.startsWith("the forecast")))
                    .isTrue();
            Launched.signal(working, "TERM");
            assertThat(working.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(printed.lines())
                    .last()
                    .asString()
                    .matches("diffuse: the forecast was stopped after \\d+ of 200000 values, of which nothing is kept");
            assertThat(working.exitValue()).isEqualTo(143);
        } finally {
            working.destroyForcibly();
        }
        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "day,apples,pears;2024-01-01,1|line 2: has 2 cells, the first row has 3",
                "day,apples,pears;2024-01-01,1,two|line 2, column pears: 'two' is not a number",
                "day,apples,pears;2024-01-01,1,2;2024-01-01,1,2|line 3: the time 2024-01-01 is there already, in line 2",
                "day,apples,pears;2024-01-01,1,2;2024-01-02,1,2;2024-01-03,1,2;2024-01-05,1,2|after 2024-01-03 (line 4) a row is due",
                "day,apples,plums;2024-01-01,1,2;2024-01-02,1,2;2024-01-03,1,2|the table lacks the series 'pears' of the model; it has [apples, plums]",
                "day,apples,pears;2024-01-01,1,;2024-01-02,1,;2024-01-03,1,;2024-01-04,1,;2024-01-05,1,;2024-01-06,1,|the series 'pears' has no value in 6 rows; take its column out",
                "day,apples,pears;2024-01-01,1,\"2,5\"|line 2, column pears: '2,5' is not a number; write decimals with a point",
                "day,pears,apples;2024-01-01,1,2;2024-01-02,1,2;2024-01-03,1,2|the table has the series in the order [pears, apples]",
                "day,apples,pears;2024-01-01,1,2;2024-01-08,1,2;2024-01-15,1,2|the table has the frequency W, the model was trained on D",
                "day,apples,pears;2024-01-01,1,2;2024-01-02,1,2;2024-01-03,1,2|the history has 3 rows, the model needs 6",
            })
    void refuse_a_table_that_is_not_what_the_model_needs(String text, String message) throws IOException {
        train();
        Path table = Files.writeString(folder.resolve("other.csv"), text.replace(';', '\n') + "\n");
        Path out = folder.resolve("q.csv");
        Ran ran = diffuse("forecast", run.resolve("model"), "--data", table, "--out", out);
        assertThat(ran.code()).isNotZero();
        assertThat(ran.err().lines()).hasSize(1).first().asString().contains(message);
        assertThat(out).doesNotExist();
    }

    @Test
    void refuse_to_train_on_too_few_rows_and_leave_nothing() throws IOException {
        Files.writeString(data, "day,apples,pears\n2024-01-01,1,2\n2024-01-02,1,2\n2024-01-03,1,2\n");
        assertThat(train("--set", "data.test=0").err())
                .hasLineCount(1)
                .contains("the table has 3 rows to learn from, but context 4, the longest lag 2 and horizon 3 need 9");
        assertThat(run).doesNotExist();

        Files.writeString(
                data,
                "day,apples,pears\n"
                        + IntStream.range(0, 20)
                                .mapToObj(i -> LocalDate.of(2024, 1, 1).plusDays(i) + ",1,\n")
                                .collect(Collectors.joining()));
        assertThat(train().err()).hasLineCount(1).contains("the series 'pears' has no value in 14 rows");
        assertThat(run).doesNotExist();
    }

    @Test
    void repeat_the_season_that_is_said() {
        String[] words = {
            "backtest", "naive", "seasonal-naive", "--data", data.toString(), "--horizon", "3", "--windows", "2"
        };
        List<String> daily = diffuse((Object[]) words).out().lines().toList();
        assertThat(daily.get(2).replace("seasonal-", "").replaceAll(" +", " "))
                .as("a season of days is one row")
                .isEqualTo(daily.get(1).replaceAll(" +", " "));
        List<Object> weekly = new ArrayList<>(List.of((Object[]) words));
        weekly.addAll(List.of("--season", 7));
        assertThat(diffuse(weekly.toArray()).out().lines().toList())
                .startsWith(daily.get(0), daily.get(1))
                .doesNotContain(daily.get(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "forecast nowhere --data DATA|1|nowhere: is not the folder of a forecaster, it has no forecaster.json",
                "forecast nowhere|2|which series? say --data FILE.csv",
                "backtest naive var naive --data DATA --horizon 3|2|a method is there twice: [naive, var, naive]; name each once",
                "backtest naiv --data DATA|1|naiv: is not a baseline (naive, seasonal-naive, drift, random-walk, var)",
                "backtest naive --data DATA --windows 40|2|the table has 40 rows, but 40 windows of 30 rows are to be forecast",
                "backtest naive --data DATA --horizon 3 --season 7|2|--season is for seasonal-naive, which is not measured here",
                "backtest seasonal-naive --data DATA --horizon 3 --season 0|2|--season must be at least 1, was 0",
                "backtest seasonal-naive --data DATA --horizon 3 --season 50|2|the history has 25 rows, a season has 50",
                "backtest naive --data DATA --horizon 3 --freq fortnight|2|there is no frequency 'fortnight'"
            })
    void refuse_in_one_line_what_they_cannot_do(String words, int code, String message) {
        Ran ran = diffuse((Object[]) words.replace("DATA", data.toString()).split(" "));
        assertThat(ran.code()).isEqualTo(code);
        assertThat(ran.err().lines()).hasSize(1).first().asString().contains(message);
    }
}

package org.diffusion4j.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Records;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.image.Provenance;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.ModelFolder;
import org.diffusion4j.io.PipelineFolder;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The command that made a picture, as its file carries it: with all options, so that it stays true when a default changes.
 *
 * @param version of this program
 * @param modelHash what the model is known by, wherever it lies
 * @param words the command and its arguments, without where the picture goes; in a picture's text a path is {@code file:} and the
 *     way there, as seen from the picture, or once read from here
 */
public record Invocation(String version, String modelHash, List<String> words) {

    private static final String KEY = "diffuse";
    private static final String FILE = "file:";
    private static final Set<String> NOT_REPEATED =
            Set.of("--out", "--preview", "--force", "--json", "--debug", "--help");

    /** Of the command that runs. */
    public static Invocation of(CommandSpec command, Path model) {
        return of(command, model, Precision.FLOAT32);
    }

    /** Of the command that runs, whose precision is {@code usual} where none was said. */
    public static Invocation of(CommandSpec command, Path model, Precision usual) {
        List<String> words = new ArrayList<>(List.of(command.name()));
        command.positionalParameters().forEach(arg -> words.add(word(arg, value(arg))));
        for (OptionSpec option : command.options()) {
            String value = ComputeOptions.isPrecision(option) ? ComputeOptions.decided(command, usual) : value(option);
            if (value == null || NOT_REPEATED.contains(option.longestName())) {
                continue;
            }
            if (option.arity().max() > 0) {
                words.addAll(List.of(option.longestName(), word(option, value)));
            } else if (Boolean.parseBoolean(value)) {
                words.add(option.longestName());
            }
        }
        return new Invocation(Program.version(), hash(model), words);
    }

    /** What a model is known by, wherever it lies: SHA-256 of its files. */
    public static String hash(Path model) {
        if (Files.isRegularFile(model)) {
            return hashOfFile(model);
        }
        return PipelineFolder.isOne(model)
                ? PipelineFolder.open(model).hash()
                : ModelFolder.open(model).hash();
    }

    private static String hashOfFile(Path model) {
        try {
            return Sha256.of(model);
        } catch (IOException e) {
            throw FileTrouble.reading(model, e);
        }
    }

    /** As it was typed, or the default. */
    private static String value(ArgSpec arg) {
        List<String> typed = arg.originalStringValues();
        return typed.isEmpty() ? arg.defaultValue() : String.join(",", typed);
    }

    private static String word(ArgSpec arg, String value) {
        boolean isPath = arg.type() == Path.class && !ModelName.isShipped(value)
                || arg.paramLabel().equals("DATA") && !DataOptions.isName(value);
        return isPath ? FILE + value : value;
    }

    /** The text of a PNG file that will lie at {@code picture}. */
    public Map<String, String> toText(Path picture) {
        List<String> seen = words.stream()
                .map(word -> word.startsWith(FILE)
                        ? FILE + Provenance.seenFrom(picture, Path.of(word.substring(FILE.length())))
                        : word)
                .toList();
        Invocation text = new Invocation(version, modelHash, seen);
        return Map.of("Software", "Diffusion4j " + version, KEY, Json.line(Records.CAMEL_CASE.write(text)));
    }

    /** The files and folders that it reads. */
    public List<Path> paths() {
        return words.stream()
                .filter(word -> word.startsWith(FILE))
                .map(word -> Path.of(word.substring(FILE.length())))
                .toList();
    }

    /** The words as they are typed. */
    public List<String> typed() {
        return words.stream()
                .map(word -> word.startsWith(FILE) ? word.substring(FILE.length()) : word)
                .toList();
    }

    /**
     * What the text of a PNG file says, if a command made it.
     *
     * @param picture the file, from where paths are looked for
     * @throws org.diffusion4j.engine.FormatException if it says so in a way that is not understood
     */
    public static Optional<Invocation> fromText(Map<String, String> text, Path picture) {
        return Optional.ofNullable(text.get(KEY)).map(json -> {
            String source = picture.toString();
            Invocation seen = Records.CAMEL_CASE.read(Invocation.class, Json.parseObject(json, source), source);
            List<String> words = seen.words.stream()
                    .map(word -> word.startsWith(FILE)
                            ? FILE
                                    + picture.resolveSibling(word.substring(FILE.length()))
                                            .normalize()
                                            .toString()
                            : word)
                    .toList();
            return new Invocation(seen.version, seen.modelHash, words);
        });
    }
}

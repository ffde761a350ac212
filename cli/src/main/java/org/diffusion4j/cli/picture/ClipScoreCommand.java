package org.diffusion4j.cli.picture;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diffusion4j.io.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints how well pictures fit texts. */
@Command(
        name = "score",
        description = "Says how well pictures fit texts: 100 times the cosine between CLIP's features.",
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} clip score heart.png --text heart --text car --clip clip-vit-base-patch32"
        })
final class ClipScoreCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PICTURE", arity = "1..*", description = "Image files.")
    private List<Path> pictures = new ArrayList<>();

    @Mixin
    private ClipOptions clip;

    @Override
    public void run() {
        double[][] scores = clip.scores(pictures);
        PrintWriter out = spec.commandLine().getOut();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            for (int text = 0; text < scores[i].length; text++) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("picture", pictures.get(i).toString());
                row.put("text", clip.texts().get(text));
                row.put("score", scores[i][text]);
                rows.add(row);
            }
        }
        if (clip.json()) {
            out.print(Json.pretty(rows));
            return;
        }
        rows.forEach(row ->
                out.printf(Locale.ROOT, "%7.2f  %s  %s%n", row.get("score"), row.get("picture"), row.get("text")));
    }
}

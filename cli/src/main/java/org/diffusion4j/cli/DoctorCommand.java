package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.engine.EngineReport;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.io.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what this machine has for us, and what would make it faster. */
@Command(
        name = "doctor",
        description = "Shows the engine, the processor, the memory and the GPU as this program sees them.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} doctor"})
final class DoctorCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> findings = findings();
        if (json) {
            out.print(Json.pretty(findings));
        } else {
            findings.forEach((name, value) -> out.printf("%-12s %s%n", name, value));
        }
    }

    private static Map<String, Object> findings() {
        EngineReport engine = EngineReport.take();
        Map<String, Object> findings = new LinkedHashMap<>();
        findings.put("diffuse", Program.version());
        findings.put("java", System.getProperty("java.version") + ", " + System.getProperty("java.vm.vendor"));
        findings.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        findings.put("libtorch", engine.libtorch());
        findings.put("processor", engine.instructionSet());
        findings.put("device", "cpu" + (engine.cudaDevices() > 0 ? "; --device cuda takes the GPU" : ""));
        findings.put("precision", precision(engine));
        findings.put("threads", engine.threads() + " of " + Runtime.getRuntime().availableProcessors() + " processors");
        findings.put(
                "memory",
                gibibytes(engine.freeMemory()) + " free; libtorch takes what it needs, "
                        + (engine.nativeLimit() == 0 ? "no limit is set" : "up to " + gibibytes(engine.nativeLimit())));
        findings.put("java heap", "up to " + gibibytes(Runtime.getRuntime().maxMemory()) + "; 256 MiB are enough");
        findings.put("gpu", gpu(engine));
        return findings;
    }

    /** What would be used, and why. */
    private static String precision(EngineReport engine) {
        String why = Precision.isSet()
                ? "as DIFFUSION4J_PRECISION says"
                : engine.precision() == Precision.BFLOAT16
                        ? "for which this processor has instructions"
                        : "as this processor has no instructions for bf16";
        return "pictures are drawn in float32; auto, in which is trained and evaluated, is " + engine.precision() + ", "
                + why;
    }

    private static String gpu(EngineReport engine) {
        if (engine.cudaDevices() > 0) {
            return engine.cudaDevices() + " seen by libtorch";
        }
        return engine.cudaBuilt()
                ? "none seen; libtorch is the CUDA build: check nvidia-smi, CUDA 13 and cuDNN 9"
                : "not looked for: libtorch is the CPU build; with an NVIDIA GPU, CUDA 13 and cuDNN 9 build with -Dgpu";
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1 << 30));
    }
}

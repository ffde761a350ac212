package org.diffusion4j.diffusers.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.diffusion4j.diffusers.weights.CheckpointKind.Family;
import org.diffusion4j.diffusers.weights.Placement.Change;
import org.diffusion4j.engine.FormatException;

/** Where each tensor of a checkpoint of one file belongs. */
final class SingleFileNames {

    static final String UNET = "model.diffusion_model.";
    private static final String VAE = "first_stage_model.";

    /** Of the autoencoder's training: its discriminator and the network of its perceptual loss. */
    private static final String VAE_LOSS = VAE + "loss.";

    private static final String JOINED_PATTERN = Pattern.quote(OpenClipNames.JOINED);

    private final Map<String, List<Placement>> placements = new LinkedHashMap<>();
    private final Set<String> names;
    private final String source;

    private SingleFileNames(Set<String> names, String source) {
        this.names = names;
        this.source = source;
    }

    /**
     * The places of tensors by their names in the file. Names that are not there are not needed.
     *
     * @throws FormatException if U-Net or autoencoder have tensors that are not known
     */
    static Map<String, List<Placement>> of(Set<String> names, Family family, String source) {
        SingleFileNames file = new SingleFileNames(names, source);
        file.network(UNET, ModelPart.UNET, file.unet());
        file.network(VAE, ModelPart.VAE, file.vae());
        switch (family) {
            case V1 -> file.clip("cond_stage_model.transformer.", ModelPart.TEXT_ENCODER);
            case V2 -> file.openClip("cond_stage_model.model.", ModelPart.TEXT_ENCODER, true);
            case XL_BASE -> {
                file.clip("conditioner.embedders.0.transformer.", ModelPart.TEXT_ENCODER);
                file.openClip("conditioner.embedders.1.model.", ModelPart.TEXT_ENCODER_2, false);
            }
            case XL_REFINER -> file.openClip("conditioner.embedders.0.model.", ModelPart.TEXT_ENCODER_2, false);
        }
        return file.placements;
    }

    private NameTable unet() {
        int blocks = CompVisNames.count(names, UNET + "input_blocks.");
        long halvings = names.stream()
                .filter(name -> name.startsWith(UNET + "input_blocks.") && name.endsWith(".0.op.weight"))
                .count();
        int levels = (int) halvings + 1;
        if (blocks % levels != 0 || blocks / levels < 2) {
            throw new FormatException(source + ": the " + blocks + " blocks below " + UNET
                    + "input_blocks do not divide into " + levels + " levels; is a part of the file missing?");
        }
        return CompVisNames.unet(levels, blocks / levels - 1);
    }

    private NameTable vae() {
        int levels = CompVisNames.count(names, VAE + "encoder.down.");
        return CompVisNames.vae(levels, CompVisNames.count(names, VAE + "encoder.down.0.block."));
    }

    private void network(String prefix, ModelPart part, NameTable table) {
        for (String name : names) {
            if (name.startsWith(prefix) && !name.startsWith(VAE_LOSS)) {
                String ours = table.ours(name.substring(prefix.length()))
                        .orElseThrow(() -> new FormatException(source + ": tensor '" + name
                                + "' is none of Stable Diffusion's; is this a model of another kind?"));
                boolean matrix =
                        part == ModelPart.VAE && ours.contains(".attentions.0.to_") && ours.endsWith(".weight");
                place(name, new Placement(part, ours, matrix ? Change.FLATTENED : Change.NONE));
            }
        }
    }

    /** A text encoder under transformers' names; some files lack {@code text_model.} */
    private void clip(String prefix, ModelPart part) {
        for (String name : names) {
            if (name.startsWith(prefix) && !name.endsWith(".position_ids")) {
                String ours = name.substring(prefix.length());
                String whole = ours.startsWith("text_") ? ours : "text_model." + ours;
                place(name, new Placement(part, whole, Change.NONE));
            }
        }
    }

    /**
     * A text encoder under OpenCLIP's names.
     *
     * @param penultimate whether the last layer and the projection are not needed: Stable Diffusion 2 sees what the layer before gives
     */
    private void openClip(String prefix, ModelPart part, boolean penultimate) {
        int layers = CompVisNames.count(names, prefix + "transformer.resblocks.") - (penultimate ? 1 : 0);
        NameTable table = OpenClipNames.text(layers);
        for (String name : names) {
            String theirs = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
            boolean projection = theirs.equals("text_projection");
            if (theirs.contains(OpenClipNames.JOINED)) {
                joined(name, theirs, part, table);
            } else if (!(projection && penultimate)) {
                table.ours(theirs)
                        .ifPresent(ours ->
                                place(name, new Placement(part, ours, projection ? Change.TRANSPOSED : Change.NONE)));
            }
        }
    }

    private void joined(String name, String theirs, ModelPart part, NameTable table) {
        String[] halves =
                theirs.split(JOINED_PATTERN, 2); // of "attn.in_proj_weight": its layer, and "weight" or "bias"
        table.ours(halves[0] + ".attn").ifPresent(attention -> {
            place(name, new Placement(part, attention + ".q_proj." + halves[1], Change.QUERY));
            place(name, new Placement(part, attention + ".k_proj." + halves[1], Change.KEY));
            place(name, new Placement(part, attention + ".v_proj." + halves[1], Change.VALUE));
        });
    }

    private void place(String name, Placement placement) {
        placements.computeIfAbsent(name, key -> new ArrayList<>()).add(placement);
    }
}

package org.diffusion4j.diffusers.weights;

import java.util.Arrays;
import java.util.Set;
import org.diffusion4j.engine.FormatException;

/**
 * What a checkpoint of one file holds.
 *
 * @param family which Stable Diffusion
 * @param inChannels of the U-Net: 4, or 9 of a model for inpainting, or 8 of one that edits pictures by instructions
 */
public record CheckpointKind(Family family, int inChannels) {

    /** Which Stable Diffusion: they differ in their text encoders and in sizes. A file is of the first whose encoder it has. */
    public enum Family {
        /** SDXL's refiner, which is not supported. */
        XL_REFINER("SDXL's refiner", "conditioner.embedders.0.model."),

        /** SDXL's base, with both text encoders. */
        XL_BASE("SDXL's base", "conditioner.embedders.1.model."),

        /** 2.x, with OpenCLIP's. Whether it predicts noise or v does not stand in the file; models of 768 pixels predict v. */
        V2("Stable Diffusion 2", "cond_stage_model.model."),

        /** 1.x, with CLIP's. */
        V1("Stable Diffusion 1", "cond_stage_model.transformer.");

        private final String title;
        private final String encoder;

        Family(String title, String encoder) {
            this.title = title;
            this.encoder = encoder;
        }

        /** Its usual name. */
        public String title() {
            return title;
        }

        private boolean isOf(Set<String> names) {
            return names.stream().anyMatch(name -> name.startsWith(encoder));
        }
    }

    /**
     * From the names of the tensors of a file.
     *
     * @param inChannels of the U-Net's first convolution
     * @throws FormatException if none of them belongs to a text encoder, by which the families differ
     */
    static CheckpointKind of(Set<String> names, int inChannels, String source) {
        return Arrays.stream(Family.values())
                .filter(family -> family.isOf(names))
                .findFirst()
                .map(family -> new CheckpointKind(family, inChannels))
                .orElseThrow(
                        () -> new FormatException(
                                source
                                        + ": has no text encoder (cond_stage_model.transformer, cond_stage_model.model or"
                                        + " conditioner.embedders), so it does not say which Stable Diffusion it is; a whole checkpoint is needed"));
    }
}

package org.diffusion4j.diffusers.weights;

/** The modules of a text encoder as OpenCLIP and OpenAI's code name them, beside transformers' names. */
final class OpenClipNames {

    /** Weights of queries, keys and values in one tensor. */
    static final String JOINED = ".attn.in_proj_";

    private OpenClipNames() {}

    static NameTable text(int layers) {
        NameTable table = new NameTable();
        table.add("token_embedding", "text_model.embeddings.token_embedding");
        table.add("positional_embedding", "text_model.embeddings.position_embedding.weight");
        for (int i = 0; i < layers; i++) {
            String theirs = "transformer.resblocks." + i;
            String ours = "text_model.encoder.layers." + i;
            table.add(theirs + ".ln_1", ours + ".layer_norm1");
            table.add(theirs + ".ln_2", ours + ".layer_norm2");
            table.add(theirs + ".attn.out_proj", ours + ".self_attn.out_proj");
            table.add(theirs + ".attn", ours + ".self_attn"); // of what is joined; its name ends otherwise
            table.add(theirs + ".mlp.c_fc", ours + ".mlp.fc1");
            table.add(theirs + ".mlp.c_proj", ours + ".mlp.fc2");
        }
        table.add("ln_final", "text_model.final_layer_norm");
        table.add("text_projection", "text_projection.weight");
        return table;
    }
}

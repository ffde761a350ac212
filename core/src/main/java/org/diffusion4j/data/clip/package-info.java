/** Floor 2: prompts as CLIP reads them: its byte-pair tokenizer, weights of words, chunks, prompts that change between steps. */
@NullMarked
package org.diffusion4j.data.clip;

import org.jspecify.annotations.NullMarked;

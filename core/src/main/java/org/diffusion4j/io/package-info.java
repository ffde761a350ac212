/** Floor 3: files: safetensors, model folders, images, event files. */
@NullMarked
package org.diffusion4j.io;

import org.jspecify.annotations.NullMarked;

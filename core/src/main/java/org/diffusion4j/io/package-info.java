/** Floor 2: files: safetensors, model folders, JSON, images, event files. */
@NullMarked
package org.diffusion4j.io;

import org.jspecify.annotations.NullMarked;

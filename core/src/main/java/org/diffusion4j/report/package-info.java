/** Floor 3: plots, their scales and colours, and the text of the pages that show them. */
@NullMarked
package org.diffusion4j.report;

import org.jspecify.annotations.NullMarked;

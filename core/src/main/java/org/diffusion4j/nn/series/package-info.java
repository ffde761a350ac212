/** Networks for time series: recurrent layers and the residual dilated network, under the names of pytorch-ts. */
@NullMarked
package org.diffusion4j.nn.series;

import org.jspecify.annotations.NullMarked;

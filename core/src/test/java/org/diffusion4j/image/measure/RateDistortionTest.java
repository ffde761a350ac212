package org.diffusion4j.image.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.diffusion4j.image.measure.BitsPerDim.AtTime;
import org.diffusion4j.image.measure.RateDistortion.Point;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The progressive code")
class RateDistortionTest {

    @Test
    void has_sent_at_each_time_the_prior_and_all_terms_before() {
        List<AtTime> times =
                List.of(new AtTime(999, 0.25, 1, 0), new AtTime(500, 0.5, 0.04, 0), new AtTime(0, 2, 0.0001, 0));
        BitsPerDim measured = new BitsPerDim(7, 2.875, 0.01, 0.125, 2.75, 2, times);

        List<Point> points = RateDistortion.of(measured).points();

        assertThat(points).extracting(Point::t).containsExactly(999, 500, 0);
        assertThat(points).extracting(Point::rate).containsExactly(0.125, 0.375, 0.875);
        assertThat(points.get(0).distortion()).isEqualTo(127.5);
        assertThat(points.get(1).distortion()).isCloseTo(25.5, within(1e-12));
        assertThat(points.get(2).distortion()).isCloseTo(1.275, within(1e-12));
        Point last = points.get(2);
        assertThat(last.rate() + measured.last()).isEqualTo(measured.total());
    }
}

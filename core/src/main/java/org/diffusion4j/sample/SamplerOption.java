package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.function.Function;
import org.diffusion4j.engine.DidYouMean;
import org.jspecify.annotations.Nullable;

/**
 * A setting of one sampler, such as {@code churn} of Heun's: what {@code --option churn=40}, {@code sample.options} of a recipe and
 * {@link SampleSettings#withOption} set, and {@code diffuse samplers heun} explains. The sampler's {@link Samplers.Entry} lists it and
 * reads it by {@link #of}.
 *
 * <p>Immutable; may be shared by threads.
 *
 * @param <T> the type of its values, as the sampler takes them
 */
public final class SamplerOption<T> {

    private final String name;
    private final T byDefault;
    private final String allowed;
    private final String meaning;
    private final Function<Object, T> reader;

    private SamplerOption(String name, T byDefault, String allowed, String meaning, Function<Object, T> reader) {
        this.name = name;
        this.byDefault = byDefault;
        this.allowed = allowed;
        this.meaning = meaning;
        this.reader = reader;
    }

    /**
     * A number.
     *
     * @param name in kebab-case
     * @param least the least that is allowed
     * @param most the most that is allowed, perhaps infinite
     * @param meaning one line without a full stop
     */
    public static SamplerOption<Double> real(String name, double byDefault, double least, double most, String meaning) {
        String allowed = "a number " + range(plain(least), plain(most), most == Double.POSITIVE_INFINITY);
        return new SamplerOption<>(name, byDefault, allowed, meaning, given -> {
            double value = decimal(given);
            require(value >= least && value <= most && Double.isFinite(value), "out of range");
            return value + 0.0; // -0 is 0
        });
    }

    /** A whole number; as {@link #real}. */
    public static SamplerOption<Integer> whole(String name, int byDefault, int least, int most, String meaning) {
        String allowed = "a whole number " + range("" + least, "" + most, most == Integer.MAX_VALUE);
        return new SamplerOption<>(name, byDefault, allowed, meaning, given -> {
            double value = decimal(given);
            require(value == Math.rint(value) && value >= least && value <= most, "out of range");
            return (int) value;
        });
    }

    /** One of the names of an enum, as its {@code toString} gives them; as {@link #real}. */
    public static <E extends Enum<E>> SamplerOption<E> choice(String name, E byDefault, String meaning) {
        E[] values = byDefault.getDeclaringClass().getEnumConstants();
        String allowed = "one of "
                + String.join(", ", Arrays.stream(values).map(Enum::toString).toList());
        return new SamplerOption<>(
                name,
                byDefault,
                allowed,
                meaning,
                given -> DidYouMean.choose(name, given.toString().strip(), Arrays.asList(values)));
    }

    /** A number as people write it: not Java's {@code 40d} or {@code 0x1p3}. */
    private static double decimal(Object given) {
        return new BigDecimal(given.toString().strip()).doubleValue();
    }

    private static String range(String least, String most, boolean open) {
        return open ? "from " + least : "from " + least + " to " + most;
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9 ? "" + (long) value : "" + value;
    }

    /** Its name, in kebab-case. */
    public String name() {
        return name;
    }

    /** Its value where none is set, as text. */
    public String byDefault() {
        return byDefault instanceof Double number ? plain(number) : byDefault.toString();
    }

    /** Which values it takes: {@code "a number from 0"}. */
    public String allowed() {
        return allowed;
    }

    /** What it does, in one line. */
    public String meaning() {
        return meaning;
    }

    /** Its value in settings of its sampler. */
    public T of(SampleSettings settings) {
        Object given = settings.options().get(name);
        return given == null ? byDefault : reader.apply(given);
    }

    /**
     * A value as files carry it: a number or a text.
     *
     * @param given what a person or a file says
     * @throws IllegalArgumentException if it is none of {@link #allowed}
     */
    Object written(@Nullable Object given) {
        if (byDefault().equals(String.valueOf(given))) {
            return byDefault instanceof Enum<?> ? byDefault.toString() : byDefault;
        }
        T value;
        try {
            value = reader.apply(String.valueOf(given));
        } catch (IllegalArgumentException e) { // of a text that is no number too
            throw new IllegalArgumentException("option " + name + " must be " + allowed + ", was '" + given + "'", e);
        }
        return value instanceof Enum<?> ? value.toString() : value;
    }

    /** Whether a value is what holds where none is set. */
    boolean isDefault(Object written) {
        return written.equals(byDefault) || written.equals(byDefault.toString());
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}

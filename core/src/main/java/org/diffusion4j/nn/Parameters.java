package org.diffusion4j.nn;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.MachineMemory;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.WeightsException;
import org.jspecify.annotations.Nullable;

/**
 * The named parameters of a network in one flat buffer, with a view for each name, and the same for their gradients.
 *
 * <p>An optimizer step, an average or a norm is then one pass over memory instead of one call a tensor. A network first
 * {@linkplain #add declares} all its parameters, then {@linkplain #allocate allocates} once. Convolution weights (four dimensions)
 * lie channels-last in the buffer, which is how the convolutions want them; their names and shapes are as published.
 *
 * <p>Not thread-safe, but reading values by many threads is. Who reads them while another thread may close them holds a {@link #use}.
 */
public final class Parameters implements AutoCloseable {

    private static final long TRIM_EVERY = 1L << 25;

    /** One parameter: a name, a shape, and after allocation a view of the flat buffer. */
    public static final class Parameter {

        private static final long APART = -1; // the offset of what lies outside the flat buffer

        private final String name;
        private final long[] shape;
        private final Initialiser initialiser;
        private final long offset;
        private boolean operand;
        private @Nullable ScalarType cast; // what the value is converted to in each product; null for nothing
        private @Nullable Tensor value;

        private Parameter(String name, Initialiser initialiser, long[] shape, long offset) {
            this.name = name;
            this.initialiser = initialiser;
            this.shape = shape;
            this.offset = offset;
        }

        public String name() {
            return name;
        }

        public long[] shape() {
            return shape.clone();
        }

        /** The number of scalars. */
        public long count() {
            return Arrays.stream(shape).reduce(1, Math::multiplyExact);
        }

        /** The view of the flat buffer, borrowed; a leaf of autograd where gradients are enabled. */
        public Tensor value() {
            Tensor present = value;
            if (present == null) {
                throw new IllegalStateException("parameter '" + name + "' is used before allocation or after closing");
            }
            return present;
        }

        /**
         * The value as a factor of a convolution or product: in the network's arithmetic, differentiable; made in the caller's scope, or
         * the value itself where that is in it.
         */
        public Tensor operand() {
            ScalarType dtype = cast;
            return dtype == null ? value() : lowered(dtype);
        }

        /** Holds the tensor as a network that only draws needs it: the tensor's own memory where it is so already. */
        private void take(Tensor tensor, Compute wanted, boolean narrow) {
            ScalarType dtype = operand ? wanted.arithmetic().dtype() : ScalarType.Float;
            ScalarType own = tensor.scalar_type().intern();
            boolean stays = narrow && operand && (own == ScalarType.BFloat16 || own == ScalarType.Half);
            cast = stays ? dtype : null;
            Tensor moved = tensor.to(wanted.device().torch(), stays ? own : dtype);
            if (shape.length == 4) {
                moved = moved.contiguous(Layout.of(moved, dtype));
            }
            Tensor held = moved.alias();
            held.retainReference();
            if (value != null) {
                value.releaseReference();
            }
            value = held;
        }

        /** In a dtype of 16 bits, in the layout that {@link Layout#ofImage} gives the images. */
        private Tensor lowered(ScalarType dtype) {
            MemoryFormat format = Layout.of(value(), dtype);
            return value().to(
                            dtype,
                            false,
                            false,
                            new MemoryFormatOptional(shape.length == 4 ? format : MemoryFormat.Contiguous));
        }

        private boolean isConstant() {
            return offset == APART;
        }

        private Tensor viewOf(Tensor flat) {
            return flat.as_strided(shape, strides(), new LongOptional(offset));
        }

        private long[] strides() {
            long[] strides = new long[shape.length];
            int[] order = shape.length == 4 ? new int[] {1, 3, 2, 0} : reversed(shape.length); // innermost first
            long stride = 1;
            for (int axis : order) {
                strides[axis] = stride;
                stride *= shape[axis];
            }
            return strides;
        }

        private static int[] reversed(int n) {
            int[] order = new int[n];
            for (int i = 0; i < n; i++) {
                order[i] = n - 1 - i;
            }
            return order;
        }
    }

    /** A place in the tree of names, where a layer declares its parameters. */
    public final class Path {

        private final String prefix;

        private Path(String prefix) {
            this.prefix = prefix;
        }

        /** The place below, such as {@code down_blocks.0}. */
        public Path to(String name) {
            return new Path(prefix + name + ".");
        }

        /** Declares a parameter here; see {@link Parameters#add}. */
        public Parameter add(String name, Initialiser initialiser, long... shape) {
            return Parameters.this.add(prefix + name, initialiser, shape);
        }

        /** Declares a factor of a convolution or product here; see {@link Parameters#addOperand}. */
        public Parameter addOperand(String name, Initialiser initialiser, long... shape) {
            return Parameters.this.addOperand(prefix + name, initialiser, shape);
        }

        /** Declares a constant here; see {@link Parameters#addConstant}. */
        public Parameter addConstant(String name, Initialiser initialiser, long... shape) {
            return Parameters.this.addConstant(prefix + name, initialiser, shape);
        }

        @Override
        public String toString() {
            return prefix.isEmpty() ? "the network" : prefix.substring(0, prefix.length() - 1);
        }
    }

    private final Map<String, Parameter> byName = new LinkedHashMap<>();
    private final CloseGuard guard;
    private Compute compute = Compute.DEFAULT;
    private boolean drawsOnly;
    private long count;
    private @Nullable Tensor values;
    private @Nullable Tensor gradients;

    /** Of a network without a name. */
    public Parameters() {
        this("the network");
    }

    /**
     * Of a network.
     *
     * @param owner what is closed with them, for messages
     */
    public Parameters(String owner) {
        guard = new CloseGuard(owner, this::free);
    }

    /**
     * Keeps them from being freed while it is open.
     *
     * @throws IllegalStateException if they are closed
     */
    public CloseGuard.Use use() {
        return guard.use();
    }

    /**
     * Declares a parameter.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Parameter add(String name, Initialiser initialiser, long... shape) {
        Parameter parameter = declare(new Parameter(name, initialiser, shape.clone(), count));
        count = Math.addExact(count, parameter.count());
        return parameter;
    }

    /**
     * Declares a parameter that layers use by {@link Parameter#operand}: the weights and the bias of a convolution or product.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Parameter addOperand(String name, Initialiser initialiser, long... shape) {
        Parameter parameter = add(name, initialiser, shape);
        parameter.operand = true;
        return parameter;
    }

    /**
     * Declares a tensor that is saved and loaded like a parameter but never trained: it lies outside the flat buffer and has no
     * gradient.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Parameter addConstant(String name, Initialiser initialiser, long... shape) {
        return declare(new Parameter(name, initialiser, shape.clone(), Parameter.APART));
    }

    private Parameter declare(Parameter parameter) {
        if (values != null) {
            throw new IllegalStateException("parameter '" + parameter.name + "' is declared after allocation");
        }
        require(byName.put(parameter.name, parameter) == null, "parameter '%s' is declared twice", parameter.name);
        return parameter;
    }

    /** The top of the tree of names. */
    public Path root() {
        return new Path("");
    }

    /**
     * Makes the flat buffer and fills it by the initialisers.
     *
     * @param seed the same seed gives the same values
     * @param dtype float32 in use, float64 in tests
     */
    public void allocate(long seed, ScalarType dtype) {
        MachineMemory.requireRoomFor(
                4.0 * count,
                "a network of " + count + " parameters",
                "make it narrower or shallower (block_out_channels, layers_per_block)");
        Libtorch.start();
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            Tensor flat = torch.zeros(new long[] {count}, new TensorOptions(dtype));
            Generator generator = torch.make_generator_cpu(seed);
            for (Parameter parameter : byName.values()) {
                Tensor view = parameter.isConstant()
                        ? torch.zeros(parameter.shape, new TensorOptions(dtype))
                        : parameter.viewOf(flat);
                fill(view, parameter, generator);
                parameter.value = keep(view.detach());
            }
            values = keep(flat);
        }
    }

    /** Where and in which arithmetic the network computes; the processor and float32 at first. */
    public Compute compute() {
        return compute;
    }

    /**
     * Lets the network compute there and so from now on. Values and gradients stay float32, so that it can be trained, and are converted
     * for each convolution and product. Call it after {@link #allocate} and before {@link #enableGradients}.
     *
     * @throws IllegalArgumentException if this machine cannot
     */
    public void computeIn(Compute wanted) {
        wanted.requireUsable();
        if (gradients != null || drawsOnly) {
            throw new IllegalStateException(
                    "where a network computes is decided once, before it is trained or drawn from");
        }
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            Tensor flat = values().to(wanted.device().torch(), values().scalar_type());
            for (Parameter parameter : byName.values()) {
                Tensor old = parameter.value();
                Tensor moved = parameter.isConstant()
                        ? old.to(wanted.device().torch(), old.scalar_type())
                        : parameter.viewOf(flat).detach();
                parameter.value = keep(moved);
                parameter.cast = parameter.operand && wanted.isLow()
                        ? wanted.arithmetic().dtype()
                        : null;
                old.releaseReference();
            }
            Tensor old = values();
            values = keep(flat);
            old.releaseReference();
            compute = wanted;
        }
    }

    /**
     * {@link #computeIn}, and keeps what convolutions and products need in that arithmetic alone: less memory, and nothing is converted
     * any more. Such a network draws and can neither be trained nor saved.
     */
    public void drawIn(Compute wanted) {
        computeIn(wanted);
        if (!wanted.isLow()) {
            return;
        }
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            for (Parameter parameter : byName.values()) {
                Tensor old = parameter.value();
                parameter.value = keep(parameter.operand ? parameter.operand() : old.clone());
                parameter.cast = null;
                old.releaseReference();
            }
            values().releaseReference();
            values = null;
            drawsOnly = true;
        }
    }

    /**
     * Takes weights in place of {@link #allocate}, one after another, each converted to what drawing needs and held once; where the file has
     * it so already, nothing is copied. Such a network draws and can neither be trained nor saved.
     *
     * @param source where they come from, for messages
     * @param weights gives each tensor with its name; it may free it afterwards
     * @throws WeightsException as {@link #load}
     */
    public void drawWith(Compute wanted, String source, Consumer<BiConsumer<String, Tensor>> weights) {
        drawWith(wanted, false, source, weights);
    }

    /**
     * {@link #drawWith}, but what the file has in fewer bits than the arithmetic stays so in memory, and is widened in each product: for a
     * network that is called seldom. What it computes is the same.
     */
    public void drawWithNarrow(Compute wanted, String source, Consumer<BiConsumer<String, Tensor>> weights) {
        drawWith(wanted, true, source, weights);
    }

    private void drawWith(Compute wanted, boolean narrow, String source, Consumer<BiConsumer<String, Tensor>> weights) {
        wanted.requireUsable();
        if (values != null || drawsOnly) {
            throw new IllegalStateException("the network has weights already");
        }
        Libtorch.start();
        compute = wanted;
        drawsOnly = true;
        long[] converted = {0};
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            weights.accept((name, tensor) -> {
                try (PointerScope scope = new PointerScope()) {
                    requireKnown(name, tensor, source);
                    Parameter parameter = get(name);
                    requireShape(parameter, tensor, source);
                    parameter.take(tensor, wanted, narrow);
                    requireFinite(parameter, source);
                    converted[0] += tensor.nbytes();
                }
                if (converted[0] > TRIM_EVERY) { // what conversions have freed, the allocator would keep
                    Pointer.trimMemory();
                    converted[0] = 0;
                }
            });
        }
        Pointer.trimMemory();
        for (Parameter parameter : byName.values()) {
            requireShape(parameter, parameter.value, source);
        }
    }

    private static void fill(Tensor view, Parameter parameter, Generator generator) {
        if (parameter.initialiser instanceof Initialiser.Constant constant) {
            view.fill_(new Scalar(constant.value()));
        } else if (parameter.initialiser instanceof Initialiser.Uniform uniform) {
            view.uniform_(-uniform.bound(), uniform.bound(), new GeneratorOptional(generator));
        } else if (parameter.initialiser instanceof Initialiser.Normal normal) {
            view.normal_(0, normal.std(), new GeneratorOptional(generator));
        }
    }

    /** Makes the flat gradient buffer; from now on {@code backward()} adds into it. Clear it with {@code gradients().zero_()}. */
    public void enableGradients() {
        if (gradients != null) {
            return;
        }
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            Tensor flat = torch.zeros_like(values());
            for (Parameter parameter : byName.values()) {
                if (!parameter.isConstant()) {
                    parameter.value().requires_grad_(true);
                    parameter.value().mutable_grad().put(parameter.viewOf(flat));
                }
            }
            gradients = keep(flat);
        }
    }

    /**
     * All values, {@code [count]}, borrowed. Writing into it changes the network.
     *
     * @throws IllegalStateException before allocation, after closing, and after {@link #drawIn} in another arithmetic than float32
     */
    public Tensor values() {
        if (drawsOnly) {
            throw new IllegalStateException("the weights are kept in " + compute.arithmetic()
                    + " for drawing alone; to train or save them, load the model in float32");
        }
        return present(values, "values");
    }

    /** All gradients, {@code [count]}, borrowed. */
    public Tensor gradients() {
        return present(gradients, "gradients");
    }

    /**
     * The gradient of a loss in all values, as {@link #gradients} has it, but apart from those. Several threads may ask at once.
     *
     * @param loss a scalar, whose graph is freed
     * @return {@code [count]}, 0 where the loss does not depend on a value; made in the caller's scope
     */
    public Tensor gradientOf(Tensor loss) {
        return Scoped.result(() -> {
            Tensor flat = torch.zeros_like(gradients());
            List<Parameter> trained = trained();
            TensorVector found =
                    torch.grad(new TensorVector(loss), leaves(), new TensorVector(), new BoolOptional(), false, true);
            for (int i = 0; i < trained.size(); i++) {
                Tensor gradient = found.get(i);
                if (gradient.defined()) {
                    trained.get(i).viewOf(flat).copy_(gradient);
                }
            }
            return flat;
        });
    }

    /**
     * Adds the gradient of a loss in all values to {@link #gradients}, and to those of no other network that the loss depends on.
     *
     * @param loss a scalar, whose graph is freed
     */
    void addGradientOf(Tensor loss) {
        loss.backward(new Tensor(), new BoolOptional(), false, new TensorArrayRefOptional(leaves()));
    }

    private List<Parameter> trained() {
        return all().stream().filter(parameter -> !parameter.isConstant()).toList();
    }

    private TensorVector leaves() {
        return new TensorVector(trained().stream().map(Parameter::value).toArray(Tensor[]::new));
    }

    /** The number of scalars in the flat buffer: all that is trained. */
    public long count() {
        return count;
    }

    /** All parameters in the order of declaration. */
    public List<Parameter> all() {
        return Collections.unmodifiableList(new ArrayList<>(byName.values()));
    }

    /**
     * The parameter of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Parameter get(String name) {
        Parameter parameter = byName.get(name);
        require(parameter != null, "there is no parameter '%s'", name);
        return java.util.Objects.requireNonNull(parameter);
    }

    /**
     * Views by name of another flat buffer of this layout, for instance an average of the weights.
     *
     * @param flat {@code [count]}
     * @return views made in the caller's scope, and the constants, borrowed
     */
    public Map<String, Tensor> viewsOf(Tensor flat) {
        Map<String, Tensor> views = new LinkedHashMap<>();
        byName.forEach((name, parameter) ->
                views.put(name, parameter.isConstant() ? parameter.value() : parameter.viewOf(flat)));
        return views;
    }

    /**
     * Copies weights in by name; dtypes are converted.
     *
     * @param source where they come from, for messages
     * @throws WeightsException if a tensor is missing, not known, of another shape, not of floating-point numbers, or has one that is
     *     not finite
     */
    public void load(Map<String, Tensor> weights, String source) {
        for (Parameter parameter : byName.values()) {
            requireShape(parameter, weights.get(parameter.name), source);
        }
        weights.forEach((name, tensor) -> requireKnown(name, tensor, source));
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            byName.forEach((name, parameter) -> {
                parameter.value().copy_(weights.get(name));
                requireFinite(parameter, source);
            });
        }
    }

    private static void requireShape(Parameter parameter, @Nullable Tensor tensor, String source) {
        if (tensor == null) {
            throw new WeightsException(source + ": tensor '" + parameter.name
                    + "' is missing; the network needs it with shape " + Arrays.toString(parameter.shape));
        }
        long[] found = tensor.sizes().vec().get();
        if (!Arrays.equals(found, parameter.shape)) {
            throw new WeightsException(source + ": tensor '" + parameter.name + "' has shape " + Arrays.toString(found)
                    + ", the network needs " + Arrays.toString(parameter.shape)
                    + "; does config.json belong to these weights?");
        }
    }

    private void requireKnown(String name, Tensor tensor, String source) {
        if (!byName.containsKey(name)) {
            throw new WeightsException(source + ": tensor '" + name
                    + "' is not known to the network; does config.json belong to these weights?");
        }
        if (!tensor.is_floating_point()) {
            throw new WeightsException(source + ": tensor '" + name + "' has integers ("
                    + tensor.scalar_type().toString().toLowerCase(Locale.ROOT)
                    + "), weights are floating-point numbers; save them as float32, float16 or bfloat16");
        }
    }

    private static void requireFinite(Parameter parameter, String source) {
        if (!parameter.value().isfinite().all().item_bool()) {
            throw new WeightsException(source + ": tensor '" + parameter.name
                    + "' has values that are not finite (NaN or infinite), so nothing can be drawn with it; "
                    + "save the weights of an earlier step");
        }
    }

    /**
     * Copies the weights of a network of the same layout.
     *
     * @throws IllegalStateException if either has none that can be trained, see {@link #values}
     */
    public void copyFrom(Parameters other) {
        values().copy_(other.values());
        for (Parameter parameter : byName.values()) {
            if (parameter.isConstant()) {
                parameter.value().copy_(other.get(parameter.name).value());
            }
        }
    }

    /** Waits for uses under way by other threads, and frees. */
    @Override
    public void close() {
        guard.close();
    }

    private void free() {
        for (Parameter parameter : byName.values()) {
            if (parameter.value != null) {
                parameter.value.releaseReference();
                parameter.value = null;
            }
        }
        if (gradients != null) {
            gradients.releaseReference();
            gradients = null;
        }
        if (values != null) {
            values.releaseReference();
            values = null;
        }
    }

    private static Tensor keep(Tensor made) {
        made.retainReference();
        return made;
    }

    private static Tensor present(@Nullable Tensor tensor, String what) {
        if (tensor == null) {
            throw new IllegalStateException(
                    "the parameters' " + what + " are used before they were made or after closing");
        }
        return tensor;
    }
}

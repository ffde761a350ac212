package org.diffusion4j.train.optimizer;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;

/**
 * Adam in one pass over memory: libtorch's fused kernels. They have no Java method, so they are called by name through the
 * dispatcher; a libtorch without them is recognised by {@link #available()}.
 */
final class FusedAdam {

    private FusedAdam() {}

    static boolean available() {
        Libtorch.start();
        try {
            operator(Adam.Kind.ADAM);
            operator(Adam.Kind.ADAMW);
            return true;
        } catch (RuntimeException unknownOperator) {
            return false;
        }
    }

    static void step(
            Adam.Settings s, Tensor values, Tensor gradients, Tensor moment1, Tensor moment2, long step, double rate) {
        IValueVector arguments = new IValueVector(
                rows(values.unsqueeze(0)),
                rows(gradients.unsqueeze(0)),
                rows(moment1.unsqueeze(0)),
                rows(moment2.unsqueeze(0)),
                rows(values.narrow(0, 0, 0)), // amsgrad's maxima: none
                rows(torch.full(
                        new long[] {1},
                        new Scalar((double) step),
                        values.options().dtype(new ScalarTypeOptional(ScalarType.Float)))),
                new IValue(rate),
                new IValue(s.beta1()),
                new IValue(s.beta2()),
                new IValue(s.weightDecay()),
                new IValue(s.eps()),
                new IValue(false), // amsgrad
                new IValue(false), // maximize
                new IValue(), // no scale of gradients
                new IValue()); // no flag of infinities
        operator(s.kind()).callBoxed(arguments);
    }

    private static OperatorHandle operator(Adam.Kind kind) {
        String name = kind == Adam.Kind.ADAMW ? "aten::_fused_adamw_" : "aten::_fused_adam_";
        return Dispatcher.singleton().findSchemaOrThrow(name, "");
    }

    /** The rows of a tensor as {@code Tensor[]}; views, so that the kernel writes into the buffer itself. */
    private static IValue rows(Tensor t) {
        IValueVector stack = new IValueVector(new IValue(t), new IValue(0L));
        Dispatcher.singleton().findSchemaOrThrow("aten::unbind", "int").callBoxed(stack);
        return new IValue(stack.get(0));
    }
}

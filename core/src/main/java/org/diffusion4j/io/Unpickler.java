package org.diffusion4j.io;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.diffusion4j.engine.FormatException;

/**
 * Reads a pickle as data: dictionaries, lists, tuples, texts, numbers, and descriptions of tensors. Python's pickle is a program that may
 * call anything; here the only calls known are those that describe a tensor or an ordered dictionary, and everything else is refused
 * by its name.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">the operations, pickle protocol 2</a>
 */
final class Unpickler {

    /** A name such as {@code torch FloatStorage}, which is never called. */
    private record Global(String name) {}

    /** A storage, by its dtype's name such as {@code FloatStorage}, the key of its bytes, and its number of elements. */
    record Storage(String dtype, String key, long count) {}

    /** A tensor as a view of a storage, all in elements. */
    record View(Storage storage, long offset, long[] shape, long[] strides) {}

    /** Python's None, and what begins a tuple or a list. */
    private enum Token {
        MARK,
        NONE
    }

    /** Far beyond what a file of weights needs, 25 for each tensor; each may take memory. */
    private static final int MOST_OPERATIONS = 2_000_000;

    /** More than libtorch has. */
    private static final int MOST_DIMENSIONS = 64;

    private final ByteBuffer in;
    private final String source;
    private final Deque<Object> stack = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    /**
     * Begins where the buffer stands.
     *
     * @param source for messages
     */
    Unpickler(ByteBuffer pickle, String source) {
        in = pickle.order(ByteOrder.LITTLE_ENDIAN);
        this.source = source;
    }

    /** The object of the next pickle: a map, list, text, number, boolean, {@link View}; the buffer then stands behind it. */
    Object read() {
        try {
            for (int i = 0; i < MOST_OPERATIONS; i++) {
                int operation = in.get() & 0xff;
                if (operation == '.') {
                    return stack.pop();
                }
                perform(operation);
            }
            throw new FormatException(source + ": the pickle has more than " + MOST_OPERATIONS + " operations");
        } catch (BufferUnderflowException
                | NoSuchElementException
                | IndexOutOfBoundsException
                | ClassCastException
                | UnsupportedOperationException e) { // the last from a tuple that is to grow

            throw new FormatException(source + ": the pickle is damaged at byte " + in.position(), e);
        }
    }

    private void perform(int operation) {
        switch (operation) {
            case 0x80 -> in.get(); // the protocol's number
            case '(' -> stack.push(Token.MARK);
            case 'N' -> stack.push(Token.NONE);
            case 0x88 -> stack.push(true);
            case 0x89 -> stack.push(false);
            case 'K' -> stack.push((long) (in.get() & 0xff));
            case 'M' -> stack.push((long) (in.getShort() & 0xffff));
            case 'J' -> stack.push((long) in.getInt());
            case 0x8a -> stack.push(integer(in.get() & 0xff));
            case 'G' -> stack.push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
            case 'X' -> stack.push(text(in.getInt()));
            case 'U' -> stack.push(text(in.get() & 0xff));
            case '}' -> stack.push(new LinkedHashMap<Object, Object>());
            case ']' -> stack.push(new ArrayList<>());
            case ')' -> stack.push(List.of());
            case 't' -> stack.push(sinceMark());
            case 0x85 -> stack.push(List.of(stack.pop()));
            case 0x86 -> pushPair();
            case 0x87 -> pushTriple();
            case 'q' -> memo.put(in.get() & 0xff, stack.element());
            case 'r' -> memo.put(in.getInt(), stack.element());
            case 'h' -> stack.push(remembered(in.get() & 0xff));
            case 'j' -> stack.push(remembered(in.getInt()));
            case 'a' -> append(List.of(stack.pop()));
            case 'e' -> append(sinceMark());
            case 's' -> setPair();
            case 'u' -> set(sinceMark());
            case 'c' -> stack.push(new Global(line() + " " + line()));
            case 'Q' -> stack.push(storage((List<?>) stack.pop()));
            case 'R' -> pushCall();
            case 'b' -> attributes();
            default ->
                throw new FormatException(source + ": the pickle has the operation 0x" + Integer.toHexString(operation)
                        + " at byte " + (in.position() - 1) + ", which no file of weights needs");
        }
    }

    private void pushPair() {
        Object second = stack.pop();
        stack.push(List.of(stack.pop(), second));
    }

    private void pushTriple() {
        Object third = stack.pop();
        Object second = stack.pop();
        stack.push(List.of(stack.pop(), second, third));
    }

    private List<Object> sinceMark() {
        List<Object> items = new ArrayList<>();
        for (Object item = stack.pop(); item != Token.MARK; item = stack.pop()) {
            items.add(item);
        }
        Collections.reverse(items);
        return items;
    }

    private Object remembered(int index) {
        Object object = memo.get(index);
        if (object == null) {
            throw new FormatException(source + ": the pickle asks for an object that it never made, number " + index);
        }
        return object;
    }

    @SuppressWarnings("unchecked")
    private void append(List<Object> items) {
        ((List<Object>) stack.element()).addAll(items);
    }

    private void setPair() {
        Object value = stack.pop();
        set(List.of(stack.pop(), value));
    }

    @SuppressWarnings("unchecked")
    private void set(List<Object> keysAndValues) {
        Map<Object, Object> map = (Map<Object, Object>) stack.element();
        for (int i = 0; i + 1 < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            if (!(key instanceof String || key instanceof Long)) { // a list that contains itself has no hash
                throw new FormatException(
                        source + ": the pickle has a dictionary whose keys are neither text nor integers");
            }
            map.put(key, keysAndValues.get(i + 1));
        }
    }

    /** Little-endian two's complement; only those of 8 bytes or less have a value that anybody asks for. */
    private Object integer(int length) {
        byte[] bytes = bytes(length);
        long value = 0;
        for (int i = Math.min(length, Long.BYTES) - 1; i >= 0; i--) {
            value = value << 8 | bytes[i] & 0xff;
        }
        return length > Long.BYTES ? Token.NONE : length == 0 ? 0L : value << 64 - 8 * length >> 64 - 8 * length;
    }

    private String text(int length) {
        return new String(bytes(length), StandardCharsets.UTF_8);
    }

    private byte[] bytes(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new FormatException(source + ": the pickle states a length of " + Integer.toUnsignedString(length)
                    + " bytes, " + in.remaining() + " are left");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (char c = (char) in.get(); c != '\n'; c = (char) in.get()) {
            line.append(c);
        }
        return line.toString();
    }

    private Storage storage(List<?> id) {
        if (id.size() < 5 || !"storage".equals(id.get(0)) || !(id.get(1) instanceof Global type)) {
            throw new FormatException(source + ": the pickle refers to something outside that is no storage");
        }
        return new Storage(type.name.replace("torch ", ""), (String) id.get(2), (Long) id.get(4));
    }

    private void pushCall() {
        List<?> arguments = (List<?>) stack.pop();
        String name = ((Global) stack.pop()).name;
        switch (name) {
            case "collections OrderedDict" -> stack.push(new LinkedHashMap<Object, Object>());
            case "torch._utils _rebuild_tensor_v2" ->
                stack.push(new View(
                        (Storage) arguments.get(0),
                        (Long) arguments.get(1),
                        longs(arguments.get(2)),
                        longs(arguments.get(3))));
            case "torch._utils _rebuild_parameter" -> stack.push(arguments.get(0));
            default ->
                throw new FormatException(source + ": the pickle calls '" + name.replace(' ', '.')
                        + "', which is never done here; take a file that holds tensors only, best as .safetensors");
        }
    }

    private long[] longs(Object numbers) {
        List<?> list = (List<?>) numbers;
        if (list.size() > MOST_DIMENSIONS) {
            throw new FormatException(source + ": the pickle has a tensor of " + list.size() + " dimensions");
        }
        return list.stream().mapToLong(number -> (Long) number).toArray();
    }

    /** Attributes of a dictionary, such as PyTorch's versions of modules, say nothing of the weights. */
    private void attributes() {
        Object state = stack.pop();
        if (!(stack.element() instanceof Map && state instanceof Map)) {
            throw new FormatException(source + ": the pickle holds an object that is no dictionary");
        }
    }
}

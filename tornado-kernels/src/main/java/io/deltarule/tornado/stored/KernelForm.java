package io.deltarule.tornado.stored;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.MethodParametersAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LocalVariable;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Rewrites one kernel of a class file. Java evaluates {@code array.get(index)} as the array, then the index, then the call, and whatever
 * the index reads lies in between: so the call that an array was loaded for is found as closing brackets are.
 *
 * <pre>
 *   FloatArray.get(int)          of such an argument becomes   get(ShortArray, int)          of its format
 *   FloatArray.set(int, float)                       becomes   set(ShortArray, int, float)
 *   Held.bits(FloatArray, int)                       becomes   bits(ShortArray, int)
 *   Held.number(FloatArray, int)                     becomes   number(ShortArray, int)
 * </pre>
 */
final class KernelForm {
    private static final ClassDesc FLOATS = ClassDesc.of(FloatArray.class.getName());
    private static final ClassDesc HELD = ClassDesc.of(Held.class.getName());
    private static final ClassDesc SHORTS = ClassDesc.of(ShortArray.class.getName());
    private static final MethodTypeDesc GET = MethodTypeDesc.of(ConstantDescs.CD_float, SHORTS, ConstantDescs.CD_int);
    private static final MethodTypeDesc SET =
            MethodTypeDesc.of(ConstantDescs.CD_void, SHORTS, ConstantDescs.CD_int, ConstantDescs.CD_float);

    private final String kernel;
    /** The formats of those arguments that have one, by their places among the local variables. */
    private final Map<Integer, NumberFormat> formats = new HashMap<>();
    /** The places of all arguments that are arrays of float32 in the source. */
    private final List<Integer> arrays = new ArrayList<>();
    /** Arrays that were loaded for a call still to come. */
    private final Deque<Integer> open = new ArrayDeque<>();

    private KernelForm(String kernel, MethodTypeDesc type, List<NumberFormat> given) {
        this.kernel = kernel;
        int slot = 0;
        for (int i = 0; i < type.parameterCount(); i++) {
            ClassDesc argument = type.parameterType(i);
            if (argument.equals(FLOATS)) {
                arrays.add(slot);
            }
            if (given.get(i) != null) {
                formats.put(slot, given.get(i));
            }
            slot += TypeKind.from(argument).slotSize();
        }
    }

    /**
     * The class file with the kernel in another form.
     *
     * @param formats of the kernel's arguments, null for those that stay as they are
     */
    static byte[] rewrite(byte[] classFile, String kernel, List<NumberFormat> formats) {
        ClassFile context = ClassFile.of(ClassFile.StackMapsOption.GENERATE_STACK_MAPS);
        ClassModel model = context.parse(classFile);
        return context.transformClass(model, ClassTransform.ofStateful(() -> (builder, element) -> {
            if (element instanceof MethodModel method && method.methodName().equalsString(kernel)) {
                MethodTypeDesc type = method.methodTypeSymbol();
                builder.withMethod(
                        kernel,
                        typed(type, formats),
                        method.flags().flagsMask(),
                        to -> method.forEach(part -> {
                            if (part instanceof CodeModel code) {
                                KernelForm form = new KernelForm(kernel, type, formats);
                                to.withCode(into -> form.accept(into, code));
                            } else if (part instanceof MethodParametersAttribute) {
                                to.with(part);
                            }
                        }));
            } else {
                builder.with(element);
            }
        }));
    }

    private static MethodTypeDesc typed(MethodTypeDesc type, List<NumberFormat> formats) {
        MethodTypeDesc changed = type;
        for (int i = 0; i < formats.size(); i++) {
            if (formats.get(i) != null) {
                if (!type.parameterType(i).equals(FLOATS)) {
                    throw new IllegalStateException(
                            "kernel argument " + i + ": expected a FloatArray for 16-bit numbers" + " but found "
                                    + type.parameterType(i).displayName());
                }
                changed = changed.changeParameterType(i, SHORTS);
            }
        }
        return changed;
    }

    private void accept(CodeBuilder to, CodeModel code) {
        code.forEach(element -> accept(to, element));
        if (!open.isEmpty()) {
            throw unsuited("an array that no read or write is of");
        }
    }

    private void accept(CodeBuilder to, CodeElement element) {
        switch (element) {
            case LoadInstruction load
            when load.typeKind() == TypeKind.REFERENCE && arrays.contains(load.slot()) -> {
                open.push(load.slot());
                to.with(load);
            }
            case InvokeInstruction call when of(call, FLOATS) || of(call, HELD) -> bind(to, call);
            case InvokeInstruction call -> {
                for (ClassDesc argument : call.typeSymbol().parameterList()) {
                    if (argument.equals(FLOATS) && (open.isEmpty() || formats.containsKey(open.pop()))) {
                        throw unsuited("it being handed on to " + call.name());
                    }
                }
                to.with(call);
            }
            // TornadoVM knows arguments by their names and types
            case LocalVariable variable
            when formats.containsKey(variable.slot()) ->
                to.localVariable(
                        variable.slot(),
                        variable.name().stringValue(),
                        SHORTS,
                        variable.startScope(),
                        variable.endScope());
            default -> to.with(element);
        }
    }

    private static boolean of(InvokeInstruction call, ClassDesc owner) {
        return call.owner().asSymbol().equals(owner);
    }

    /** Makes a call of the array loaded last one of its format. */
    private void bind(CodeBuilder to, InvokeInstruction call) {
        if (open.isEmpty()) {
            throw unsuited("a call of an array that is no argument");
        }
        NumberFormat format = formats.get(open.pop());
        if (format == null) {
            to.with(call);
        } else {
            to.invokestatic(
                    ClassDesc.of(format.numbers().getName()), call.name().stringValue(), type(call));
        }
    }

    private MethodTypeDesc type(InvokeInstruction call) {
        if (of(call, HELD)) {
            return call.typeSymbol().changeParameterType(0, SHORTS);
        }
        return switch (call.name().stringValue()) {
            case "get" -> GET;
            case "set" -> SET;
            default -> throw unsuited("a call of " + call.name());
        };
    }

    private IllegalStateException unsuited(String found) {
        return new IllegalStateException(
                "kernel " + kernel + ": expected 16-bit arguments to be read and written only, but found " + found);
    }
}

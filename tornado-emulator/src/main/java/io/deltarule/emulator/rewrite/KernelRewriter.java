package io.deltarule.emulator.rewrite;

import io.deltarule.emulator.check.Checks;
import io.deltarule.emulator.check.KernelLines;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/**
 * Rewrites a class file so that {@link Checks} sees what its methods do.
 *
 * <pre>
 *  faload                          becomes   Checks.load(array, index, site)
 *  fastore                         becomes   Checks.store(array, index, value, site)
 *  newarray                        gains     Checks.made(array, site)
 *  a call of a context or array     gains     Checks.at(site) before it
 * </pre>
 *
 * Arrays of references are left alone, and so are static initialisers: they run no kernel.
 */
final class KernelRewriter {

    private static final ClassDesc CHECKS = ClassDesc.of(Checks.class.getName());
    private static final String CONTEXT = "uk/ac/manchester/tornado/api/KernelContext";
    private static final String ARRAYS = "uk/ac/manchester/tornado/api/types/arrays/";

    private final String className;
    private final String sourceFile;
    private final String method;
    private int line;

    private KernelRewriter(String className, String sourceFile, String method) {
        this.className = className;
        this.sourceFile = sourceFile;
        this.method = method;
    }

    static byte[] rewrite(byte[] classFile, ClassLoader parent) {
        ClassHierarchyResolver hierarchy =
                ClassHierarchyResolver.ofResourceParsing(parent).orElse(ClassHierarchyResolver.defaultResolver());
        ClassFile context = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy));
        ClassModel model = context.parse(classFile);
        String name = model.thisClass().asInternalName().replace('/', '.');
        String source = model.findAttribute(Attributes.sourceFile())
                .map(SourceFileAttribute::sourceFile)
                .map(Object::toString)
                .orElse("unknown source");
        return context.transformClass(
                model,
                ClassTransform.transformingMethods(
                        method -> !method.methodName().equalsString(ConstantDescs.CLASS_INIT_NAME),
                        (builder, element) -> {
                            if (element instanceof java.lang.classfile.CodeModel code) {
                                String methodName = builderMethod(code);
                                builder.transformCode(code, transform(name, source, methodName));
                            } else {
                                builder.with(element);
                            }
                        }));
    }

    private static String builderMethod(java.lang.classfile.CodeModel code) {
        return code.parent().map(MethodModel::methodName).map(Object::toString).orElse("unknown method");
    }

    private static CodeTransform transform(String className, String source, String method) {
        return CodeTransform.ofStateful(() -> new KernelRewriter(className, source, method)::accept);
    }

    private void accept(CodeBuilder code, CodeElement element) {
        switch (element) {
            case LineNumber number -> {
                line = number.line();
                code.with(number);
            }
            case ArrayLoadInstruction load
            when isPrimitive(load.typeKind()) -> {
                ClassDesc value = load.typeKind().upperBound();
                code.loadConstant(site());
                code.invokestatic(
                        CHECKS,
                        "load",
                        MethodTypeDesc.of(value, arrayOf(value), ConstantDescs.CD_int, ConstantDescs.CD_int));
            }
            case ArrayStoreInstruction store
            when isPrimitive(store.typeKind()) -> {
                ClassDesc value = store.typeKind().upperBound();
                code.loadConstant(site());
                code.invokestatic(
                        CHECKS,
                        "store",
                        MethodTypeDesc.of(
                                ConstantDescs.CD_void,
                                arrayOf(value),
                                ConstantDescs.CD_int,
                                value,
                                ConstantDescs.CD_int));
            }
            case NewPrimitiveArrayInstruction made -> {
                code.with(made);
                code.dup();
                code.loadConstant(site());
                code.invokestatic(
                        CHECKS,
                        "made",
                        MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Object, ConstantDescs.CD_int));
            }
            case InvokeInstruction call
            when entersEmulator(call.owner().asInternalName()) -> {
                code.loadConstant(site());
                code.invokestatic(CHECKS, "at", MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int));
                code.with(call);
            }
            default -> code.with(element);
        }
    }

    private static boolean entersEmulator(String owner) {
        return owner.equals(CONTEXT) || owner.startsWith(ARRAYS);
    }

    private int site() {
        return KernelLines.add(className, method, sourceFile, line);
    }

    private static boolean isPrimitive(TypeKind kind) {
        return kind != TypeKind.REFERENCE;
    }

    /** One instruction serves byte and boolean arrays, so their checks take any object. */
    private static ClassDesc arrayOf(ClassDesc element) {
        return element.equals(ConstantDescs.CD_byte) ? ConstantDescs.CD_Object : element.arrayType();
    }
}

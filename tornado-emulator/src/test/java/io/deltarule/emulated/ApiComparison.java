package io.deltarule.emulated;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.SignatureAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds what a caller compiled against one set of class files would miss in another. No class is loaded, so both sets
 * may have classes of the same names.
 */
final class ApiComparison {

    private final Function<String, Optional<byte[]>> theirs;
    private final List<String> differences = new ArrayList<>();

    /** Compares to the class files that {@code theirs} finds by internal name. */
    ApiComparison(Function<String, Optional<byte[]>> theirs) {
        this.theirs = theirs;
    }

    List<String> differences() {
        return differences;
    }

    /** Notes whatever of this class's public and protected members their class of the same name has not, or other. */
    void compare(byte[] ourClass) throws IOException {
        ClassModel ours = ClassFile.of().parse(ourClass);
        if (!ours.flags().has(AccessFlag.PUBLIC)) {
            return;
        }
        String name = ours.thisClass().asInternalName();
        ClassModel theirClass = find(name);
        if (theirClass == null) {
            differences.add(name + ": they have no such class");
            return;
        }
        expectEqual(name, "kind", kind(ours), kind(theirClass));
        Set<String> ancestors = ancestors(theirClass);
        ours.superclass().map(ClassEntry::asInternalName).ifPresent(parent -> expectAmong(name, parent, ancestors));
        ours.interfaces().forEach(one -> expectAmong(name, one.asInternalName(), ancestors));
        if (ours.flags().has(AccessFlag.ENUM)) {
            expectEqual(name, "constants", enumConstants(ours), enumConstants(theirClass));
        }
        if (ours.flags().has(AccessFlag.ANNOTATION)) {
            expectEqual(name, "annotations", annotations(ours), annotations(theirClass));
        }
        for (FieldModel field : ours.fields()) {
            if (isApi(field.flags().flags())) {
                compareField(name, field, theirClass);
            }
        }
        for (MethodModel method : ours.methods()) {
            if (isApi(method.flags().flags())) {
                compareMethod(name, method, theirClass);
            }
        }
    }

    private void compareField(String owner, FieldModel field, ClassModel theirClass) {
        String name = field.fieldName().stringValue();
        Optional<FieldModel> found = theirClass.fields().stream()
                .filter(one ->
                        one.fieldName().equalsString(name) && isApi(one.flags().flags()))
                .findFirst();
        if (found.isEmpty()) {
            differences.add(owner + "." + name + ": they have no such field");
            return;
        }
        String where = owner + "." + name;
        expectEqual(
                where,
                "type",
                field.fieldType().stringValue(),
                found.get().fieldType().stringValue());
        expectEqual(where, "flags", fieldFlags(field), fieldFlags(found.get()));
        expectEqual(where, "constant", constant(field), constant(found.get()));
    }

    private void compareMethod(String owner, MethodModel method, ClassModel theirClass) throws IOException {
        String where = owner + "." + method.methodName() + method.methodType();
        Optional<MethodModel> found = findMethod(theirClass, method);
        if (found.isEmpty()) {
            differences.add(where + ": they have no such method");
            return;
        }
        expectEqual(where, "flags", methodFlags(method), methodFlags(found.get()));
        expectEqual(where, "signature", signature(method), signature(found.get()));
        expectEqual(where, "exceptions", exceptions(method), exceptions(found.get()));
    }

    /** Looks in the class, then in what it extends and implements. */
    private Optional<MethodModel> findMethod(ClassModel where, MethodModel wanted) throws IOException {
        Optional<MethodModel> here = where.methods().stream()
                .filter(one -> one.methodName().equals(wanted.methodName())
                        && one.methodType().equalsString(wanted.methodType().stringValue())
                        && isApi(one.flags().flags()))
                .findFirst();
        if (here.isPresent() || wanted.methodName().equalsString("<init>")) {
            return here;
        }
        for (String parent : parents(where)) {
            ClassModel model = find(parent);
            if (model != null) {
                Optional<MethodModel> inherited = findMethod(model, wanted);
                if (inherited.isPresent()) {
                    return inherited;
                }
            }
        }
        return Optional.empty();
    }

    private Set<String> ancestors(ClassModel model) throws IOException {
        Set<String> all = new LinkedHashSet<>();
        for (String parent : parents(model)) {
            all.add(parent);
            ClassModel found = find(parent);
            if (found != null) {
                all.addAll(ancestors(found));
            }
        }
        return all;
    }

    private static List<String> parents(ClassModel model) {
        List<String> parents = new ArrayList<>();
        model.superclass().ifPresent(parent -> parents.add(parent.asInternalName()));
        model.interfaces().forEach(one -> parents.add(one.asInternalName()));
        return parents;
    }

    private ClassModel find(String internalName) {
        return theirs.apply(internalName).map(ClassFile.of()::parse).orElse(null);
    }

    private void expectEqual(String where, String what, Object ours, Object theirs) {
        if (!ours.equals(theirs)) {
            differences.add(where + ": " + what + " " + ours + ", theirs " + theirs);
        }
    }

    private void expectAmong(String where, String parent, Set<String> theirs) {
        if (!theirs.contains(parent)) {
            differences.add(where + ": is a " + parent + ", theirs is not");
        }
    }

    private static boolean isApi(Set<AccessFlag> flags) {
        return (flags.contains(AccessFlag.PUBLIC) || flags.contains(AccessFlag.PROTECTED))
                && !flags.contains(AccessFlag.SYNTHETIC);
    }

    private static String kind(ClassModel model) {
        if (model.flags().has(AccessFlag.ANNOTATION)) {
            return "annotation";
        }
        if (model.flags().has(AccessFlag.INTERFACE)) {
            return "interface";
        }
        return model.flags().has(AccessFlag.ENUM) ? "enum" : "class";
    }

    private static List<String> enumConstants(ClassModel model) {
        return model.fields().stream()
                .filter(field -> field.flags().has(AccessFlag.ENUM))
                .map(field -> field.fieldName().stringValue())
                .toList();
    }

    private static String annotations(ClassModel model) {
        return model.findAttribute(Attributes.runtimeVisibleAnnotations())
                .map(all -> all.annotations().toString())
                .orElse("none");
    }

    private static String fieldFlags(FieldModel field) {
        return flags(field.flags().flags(), AccessFlag.PUBLIC, AccessFlag.STATIC, AccessFlag.FINAL);
    }

    private static String methodFlags(MethodModel method) {
        return flags(method.flags().flags(), AccessFlag.PUBLIC, AccessFlag.STATIC, AccessFlag.VARARGS);
    }

    private static String flags(Set<AccessFlag> flags, AccessFlag... looked) {
        return Set.of(looked).stream().filter(flags::contains).sorted().toList().toString();
    }

    private static String constant(FieldModel field) {
        return field.findAttribute(Attributes.constantValue())
                .map(value -> value.constant().constantValue().toString())
                .orElse("none");
    }

    private static String signature(MethodModel method) {
        return method.findAttribute(Attributes.signature())
                .map(SignatureAttribute::signature)
                .map(Object::toString)
                .orElse("plain");
    }

    private static List<String> exceptions(MethodModel method) {
        return method.findAttribute(Attributes.exceptions())
                .map(all -> all.exceptions().stream()
                        .map(ClassEntry::asInternalName)
                        .toList())
                .orElse(List.of());
    }
}

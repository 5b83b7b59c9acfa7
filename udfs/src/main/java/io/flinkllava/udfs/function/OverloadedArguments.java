package io.flinkllava.udfs.function;

import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentCount;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.Signature;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Arguments by position, each of any type that its part may have; optional ones come last. */
record OverloadedArguments(Call call) implements InputTypeStrategy {

    private record Count(int least, int most) implements ArgumentCount {

        @Override
        public boolean isValidCount(int count) {
            return count >= least && count <= most;
        }

        @Override
        public Optional<Integer> getMinCount() {
            return Optional.of(least);
        }

        @Override
        public Optional<Integer> getMaxCount() {
            return Optional.of(most);
        }
    }

    @Override
    public ArgumentCount getArgumentCount() {
        List<Parameter> parameters = call.parameters();
        return new Count(
                (int) parameters.stream().filter(parameter -> !parameter.optional()).count(),
                parameters.size());
    }

    @Override
    public Optional<List<DataType>> inferInputTypes(CallContext context, boolean throwOnFailure) {
        List<DataType> given = context.getArgumentDataTypes();
        List<DataType> taken = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            Parameter parameter = call.parameters().get(i);
            Optional<DataType> type = parameter.part().accept(given.get(i));
            if (type.isEmpty()) {
                return context.fail(
                        throwOnFailure,
                        "%s: the argument '%s' is %s, it must be %s",
                        call.name(),
                        parameter.name(),
                        given.get(i).getLogicalType().asSummaryString(),
                        parameter.part().typeNames());
            }
            taken.add(type.get());
        }
        return Optional.of(taken);
    }

    @Override
    public List<Signature> getExpectedSignatures(FunctionDefinition definition) {
        return List.of(
                Signature.of(
                        call.parameters().stream()
                                .map(
                                        parameter ->
                                                Signature.Argument.ofGroup(
                                                        parameter.name(), typeNames(parameter)))
                                .toList()));
    }

    private static String typeNames(Parameter parameter) {
        return parameter.part().typeNames() + (parameter.optional() ? ", optional" : "");
    }
}

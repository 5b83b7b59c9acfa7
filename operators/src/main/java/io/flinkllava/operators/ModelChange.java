package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.Objects;

/**
 * Asks a running job to go over to another checkpoint. One that cannot be read becomes a {@link
 * RejectedModel}, and the model before it serves on. Immutable.
 *
 * @param folder the checkpoint, as the TaskManagers see it
 * @param effectiveFrom event time in milliseconds from which on it answers, in mode {@link
 *     ModelChangeMode#EVENT_TIME}; without meaning otherwise
 */
@TypeInfo(ModelChange.Factory.class)
public record ModelChange(String folder, long effectiveFrom) {

    public ModelChange {
        Objects.requireNonNull(folder, "folder");
    }

    /** A change as soon as it arrives. */
    public static ModelChange to(String folder) {
        return new ModelChange(folder, Long.MIN_VALUE);
    }

    /** For Flink, which finds the type of a stream by it. */
    public static final class Factory extends TypeInfoFactory<ModelChange> {
        @Override
        public TypeInformation<ModelChange> createTypeInfo(
                Type type, Map<String, TypeInformation<?>> genericParameters) {
            return Types.POJO(
                    ModelChange.class, Map.of("folder", Types.STRING, "effectiveFrom", Types.LONG));
        }
    }
}

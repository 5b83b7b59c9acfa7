package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

import java.io.Serializable;
import java.util.Objects;

/**
 * A checkpoint that was found good and announced, as requests are stamped with it.
 *
 * @param folder the checkpoint, as the TaskManagers see it; empty for the model that the job
 *     started with
 * @param fingerprint of the checkpoint when it was checked; empty for the model that the job
 *     started with
 * @param effectiveFrom event time in milliseconds from which on it answers, in mode {@link
 *     ModelChangeMode#EVENT_TIME}
 */
public record ModelVersion(String folder, String fingerprint, long effectiveFrom)
        implements Serializable {

    /** The model that the job started with. */
    static final ModelVersion FIRST = new ModelVersion("", "", Long.MIN_VALUE);

    static final TypeInformation<ModelVersion> TYPE = Types.POJO(ModelVersion.class);

    public ModelVersion {
        Objects.requireNonNull(folder, "folder");
        Objects.requireNonNull(fingerprint, "fingerprint");
    }

    boolean isFirst() {
        return folder.isEmpty();
    }

    /** Whether both are the same model, from whenever it answers. */
    boolean sameModel(ModelVersion that) {
        return folder.equals(that.folder) && fingerprint.equals(that.fingerprint);
    }
}

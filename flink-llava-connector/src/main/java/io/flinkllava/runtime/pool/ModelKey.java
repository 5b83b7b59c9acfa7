package io.flinkllava.runtime.pool;

import io.flinkllava.runtime.ModelOptions;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What makes two leases share a model.
 *
 * @param folder the checkpoint, made absolute
 * @param scope who shares: for example {@code slot:<allocation id>} for one model in each task
 *     slot, or {@code device} for one on each device
 */
public record ModelKey(Path folder, ModelOptions options, String scope) {

    public ModelKey {
        folder = folder.toAbsolutePath().normalize();
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(scope, "scope");
    }

    @Override
    public String toString() {
        return folder + " on " + options.device() + " for " + scope;
    }
}

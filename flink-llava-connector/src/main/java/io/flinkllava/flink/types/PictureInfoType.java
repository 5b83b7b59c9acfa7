package io.flinkllava.flink.types;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

import io.flinkllava.runtime.PictureInfo;

import java.util.Map;

/**
 * Flink's view of {@link PictureInfo}, by the rules of Flink's POJO schema evolution. Flink finds
 * all of it by itself but the type of local times, which it would leave to Kryo.
 */
public final class PictureInfoType {

    public static final TypeInformation<PictureInfo> INSTANCE =
            Types.POJO(
                    PictureInfo.class,
                    Map.of(
                            "format", Types.STRING,
                            "width", Types.INT,
                            "height", Types.INT,
                            "orientation", Types.INT,
                            "takenAt", Types.LOCAL_DATE_TIME,
                            "sha256", Types.STRING));

    private PictureInfoType() {}
}

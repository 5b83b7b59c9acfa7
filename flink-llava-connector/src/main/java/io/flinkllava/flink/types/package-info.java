/** How answers travel through Flink: type information and serializers, none of them Kryo's. */
package io.flinkllava.flink.types;

package io.flinkllava.runtime.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;

/** The filters {@code int}, {@code float} and {@code round}. */
final class Numbers {

    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9](?:_?[0-9])*");
    private static final Pattern DECIMAL =
            Pattern.compile("[-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?");

    private Numbers() {}

    static Object toInt(Object value, Arguments arguments) {
        Object[] bound = arguments.bind("int", 0, "default", "base");
        if (!Operators.areEqual(Arguments.or(bound[1], 10L), 10L)) {
            throw new JinjaException("int with a base other than 10 is not supported");
        }
        Object fallback = Arguments.or(bound[0], 0L);
        if (value instanceof String text && INTEGER.matcher(Text.strip(text)).matches()) {
            return exact(new BigDecimal(Text.strip(text).replace("_", "")));
        } else if (value instanceof Boolean bool) {
            return bool ? 1L : 0L;
        } else if (value instanceof Long) {
            return value;
        }
        Double number = parse(value);
        return number == null || !Double.isFinite(number)
                ? fallback
                : exact(new BigDecimal(number));
    }

    private static Object exact(BigDecimal number) {
        try {
            return number.setScale(0, RoundingMode.DOWN).longValueExact();
        } catch (ArithmeticException e) {
            throw new JinjaException(number + " is too large");
        }
    }

    static Object toFloat(Object value, Arguments arguments) {
        Object fallback = Arguments.or(arguments.bind("float", 0, "default")[0], 0.0);
        Double number = parse(value);
        return number == null ? fallback : number;
    }

    private static Double parse(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        } else if (value instanceof String text && DECIMAL.matcher(Text.strip(text)).matches()) {
            return Double.valueOf(Text.strip(text));
        } else if (value instanceof Boolean bool) {
            return bool ? 1.0 : 0.0;
        }
        return value instanceof Number number ? number.doubleValue() : null;
    }

    static Object round(Object value, Arguments arguments) {
        Object[] bound = arguments.bind("round", 0, "precision", "method");
        int precision = Types.integer(Arguments.or(bound[0], 0L), "the precision");
        Object method = Arguments.or(bound[1], "common");
        if (!(value instanceof Number number)) {
            throw new JinjaException("cannot round " + Types.name(value));
        }
        double scale = Math.pow(10, precision);
        if (method.equals("ceil")) {
            return Math.ceil(number.doubleValue() * scale) / scale;
        } else if (method.equals("floor")) {
            return Math.floor(number.doubleValue() * scale) / scale;
        } else if (!method.equals("common") || precision < 0) {
            throw new JinjaException("this way of rounding is not supported");
        }
        return value instanceof Long
                ? value
                : (Object)
                        new BigDecimal(number.doubleValue())
                                .setScale(precision, RoundingMode.HALF_EVEN)
                                .doubleValue();
    }
}

package io.flinkllava.runtime.text.jinja;

/** Arithmetic of Python's floats. */
final class Floats {

    private Floats() {}

    static Object arithmetic(String operator, double x, double y) {
        return switch (operator) {
            case "+" -> x + y;
            case "-" -> x - y;
            case "*" -> x * y;
            case "/" -> x / divisor(y);
            case "//" -> Math.floor((x - modulo(x, y)) / y + 0.5);
            case "%" -> modulo(x, y);
            case "**" -> power(x, y);
            default -> throw new JinjaException("unknown operator '" + operator + "'");
        };
    }

    private static double divisor(double y) {
        if (y == 0) {
            throw new JinjaException("division by zero");
        }
        return y;
    }

    private static double modulo(double x, double y) {
        double remainder = x % divisor(y);
        if (remainder == 0) {
            return Math.copySign(0.0, y);
        }
        return (remainder < 0) == (y < 0) ? remainder : remainder + y;
    }

    private static double power(double x, double y) {
        double result = Math.pow(x, y);
        if (!Double.isFinite(result)) {
            throw new JinjaException("cannot compute " + x + " ** " + y);
        }
        return result;
    }
}

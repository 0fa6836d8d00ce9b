package io.deltarule.bench.result;

/**
 * One speed beside another of the same run.
 *
 * @param name how reports call it
 * @param meaning what is divided by what
 * @param value the quotient
 * @param subject the dividend
 * @param baseline the divisor
 * @param unit of both
 */
public record SpeedRatio(String name, String meaning, double value, double subject, double baseline, String unit) {
    public static SpeedRatio of(String name, String meaning, double subject, double baseline, String unit) {
        return new SpeedRatio(name, meaning, subject / baseline, subject, baseline, unit);
    }
}

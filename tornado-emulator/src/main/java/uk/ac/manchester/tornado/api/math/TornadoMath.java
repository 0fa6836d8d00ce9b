package uk.ac.manchester.tornado.api.math;

/**
 * The mathematics that kernels may use. Float overloads are computed in double and rounded once; devices round more
 * loosely.
 */
public class TornadoMath {

    public TornadoMath() {}

    public static float min(float a, float b) {
        return Math.min(a, b);
    }

    public static double min(double a, double b) {
        return Math.min(a, b);
    }

    public static long min(long a, long b) {
        return Math.min(a, b);
    }

    public static int min(int a, int b) {
        return Math.min(a, b);
    }

    public static float max(float a, float b) {
        return Math.max(a, b);
    }

    public static double max(double a, double b) {
        return Math.max(a, b);
    }

    public static long max(long a, long b) {
        return Math.max(a, b);
    }

    public static int max(int a, int b) {
        return Math.max(a, b);
    }

    public static float abs(float a) {
        return Math.abs(a);
    }

    public static double abs(double a) {
        return Math.abs(a);
    }

    public static long abs(long a) {
        return Math.abs(a);
    }

    public static int abs(int a) {
        return Math.abs(a);
    }

    public static float clamp(float value, float low, float high) {
        return max(low, min(high, value));
    }

    public static double clamp(double value, double low, double high) {
        return max(low, min(high, value));
    }

    public static int clamp(int value, int low, int high) {
        return max(low, min(high, value));
    }

    public static long clamp(long value, long low, long high) {
        return max(low, min(high, value));
    }

    public static float exp(float a) {
        return (float) Math.exp(a);
    }

    public static double exp(double a) {
        return Math.exp(a);
    }

    public static float log(float a) {
        return (float) Math.log(a);
    }

    public static double log(double a) {
        return Math.log(a);
    }

    public static float log2(float a) {
        return (float) log2((double) a);
    }

    public static double log2(double a) {
        return Math.log(a) / Math.log(2);
    }

    public static float pow(float a, float b) {
        return (float) Math.pow(a, b);
    }

    public static double pow(double a, double b) {
        return Math.pow(a, b);
    }

    public static float sqrt(float a) {
        return (float) Math.sqrt(a);
    }

    public static double sqrt(double a) {
        return Math.sqrt(a);
    }

    public static float floor(float a) {
        return (float) Math.floor(a);
    }

    public static double floor(double a) {
        return Math.floor(a);
    }

    public static float ceil(float a) {
        return (float) Math.ceil(a);
    }

    public static double ceil(double a) {
        return Math.ceil(a);
    }

    /** a less its floor. */
    public static float fract(float a) {
        return a - floor(a);
    }

    public static double fract(double a) {
        return a - floor(a);
    }

    public static float signum(float a) {
        return Math.signum(a);
    }

    public static double signum(double a) {
        return Math.signum(a);
    }

    public static float tanh(float a) {
        return (float) Math.tanh(a);
    }

    public static double tanh(double a) {
        return Math.tanh(a);
    }

    public static float sin(float a) {
        return (float) Math.sin(a);
    }

    public static double sin(double a) {
        return Math.sin(a);
    }

    public static float cos(float a) {
        return (float) Math.cos(a);
    }

    public static double cos(double a) {
        return Math.cos(a);
    }

    public static float tan(float a) {
        return (float) Math.tan(a);
    }

    public static double tan(double a) {
        return Math.tan(a);
    }

    public static float atan(float a) {
        return (float) Math.atan(a);
    }

    public static double atan(double a) {
        return Math.atan(a);
    }

    public static float atan2(float y, float x) {
        return (float) Math.atan2(y, x);
    }

    public static double atan2(double y, double x) {
        return Math.atan2(y, x);
    }

    public static float floatPI() {
        return (float) Math.PI;
    }

    public static double PI() {
        return Math.PI;
    }
}

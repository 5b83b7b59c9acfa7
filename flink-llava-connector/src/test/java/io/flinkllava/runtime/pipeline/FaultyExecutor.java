package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.engine.BrokenExecutorException;
import io.flinkllava.runtime.engine.StepExecutor;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Random;

/**
 * A real executor whose steps fail now and then, as a device's would, and which some hundred steps
 * break for good. Used by one thread.
 */
final class FaultyExecutor implements InvocationHandler {

    private final StepExecutor sound;
    private final Random random;
    private int stepsLeft;

    private FaultyExecutor(StepExecutor sound, Random random) {
        this.sound = sound;
        this.random = random;
        this.stepsLeft = 200 + random.nextInt(400);
    }

    static StepExecutor around(StepExecutor sound, Random random) {
        return (StepExecutor)
                Proxy.newProxyInstance(
                        StepExecutor.class.getClassLoader(),
                        new Class<?>[] {StepExecutor.class},
                        new FaultyExecutor(sound, random));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        boolean step = method.getName().equals("prefill") || method.getName().equals("decode");
        int chance = step ? random.nextInt(2000) : Integer.MAX_VALUE;
        boolean after = random.nextBoolean() && method.getName().equals("prefill");
        if (!after) {
            fail(chance);
        }
        Object result;
        try {
            result = method.invoke(sound, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        if (after) {
            fail(chance);
        }
        return result;
    }

    private void fail(int chance) {
        if (chance < 2000 && --stepsLeft < 0) {
            throw new BrokenExecutorException(
                    LlavaErrorCode.UNAVAILABLE, "injected: device lost", null);
        }
        if (chance < 40) {
            throw new IllegalStateException("injected: a step failed");
        }
        if (chance < 44) {
            throw new LlavaException(LlavaErrorCode.CAPACITY, "injected: out of memory");
        }
    }
}

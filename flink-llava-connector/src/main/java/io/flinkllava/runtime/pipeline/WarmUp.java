package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor;
import io.flinkllava.runtime.engine.StepExecutor.RowToken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.imageio.ImageIO;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/**
 * Answers one small question before anybody asks: memory is taken, code compiled and kernels chosen
 * on first use, which the first request would wait for. Nobody hears the answer.
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final int SIDE = 64;

    private final StepExecutor executor;
    private final RequestPreparation preparation;
    private final int sequenceLength;

    /** Prepares a run; the executor has nothing else to do. */
    WarmUp(StepExecutor executor, RequestPreparation preparation, int sequenceLength) {
        this.executor = executor;
        this.preparation = preparation;
        this.sequenceLength = sequenceLength;
    }

    /** Runs tower, prefill and decode once, with a picture if a sequence holds one. */
    void run() {
        Optional<Prompt> prompt = prompt(List.of(picture()));
        if (prompt.isEmpty()) {
            prompt = prompt(List.of());
        }
        prompt.ifPresent(this::answer);
    }

    private void answer(Prompt prompt) {
        int token = executor.prefill(0, prompt, 0, prompt.length(), false).best(0);
        executor.decode(List.of(new RowToken(0, token)), false);
        executor.release(0);
    }

    /**
     * Empty where the folder or the limits do not allow such a question: requests will hear why.
     */
    private Optional<Prompt> prompt(List<byte[]> pictures) {
        LlavaRequest request =
                new LlavaRequest(
                        pictures,
                        List.of(Message.user("What is it?")),
                        GenerationParameters.DEFAULT);
        try {
            return Optional.of(preparation.prepare(request).requests().get(0).prompt())
                    .filter(prompt -> prompt.length() < sequenceLength);
        } catch (LlavaException e) {
            LOG.debug("No warm-up with {} pictures", pictures.size(), e);
            return Optional.empty();
        }
    }

    private static byte[] picture() {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB), "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }
}

package io.flinkllava.runtime.pool;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.pool.FakeModels.FakeModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

@Timeout(60)
class ModelPoolTest {

    private static final ModelKey KEY = key("a", "device");
    private static final LlavaRequest REQUEST = LlavaRequest.ask(new byte[0], "What?");
    private static final LlavaAnswer ANSWER =
            new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "An answer as good as any");

    private final FakeModels models = new FakeModels();
    private final ModelPool pool = new ModelPool(models, Duration.ofHours(1));
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void nothingWentWrong() {
        threads.shutdownNow();
        assertThat(models.faults).isEmpty();
    }

    @Test
    void sharesAModelByKey() {
        try (ModelLease first = pool.lease(KEY);
                ModelLease second = pool.lease(key("x/../a", "device"));
                ModelLease elsewhere = pool.lease(key("b", "device"))) {
            assertThat(second.model()).isSameAs(first.model());
            assertThat(elsewhere.model()).isNotSameAs(first.model());
            assertThat(FakeModels.of(second)).isSameAs(FakeModels.of(first));
            assertThat(pool.models())
                    .extracting(model -> model.info().name(), PooledModel::leases)
                    .containsExactlyInAnyOrder(tuple("a", 2), tuple("b", 1));
        }
    }

    @Test
    void keysDifferByOptionsAndScope() {
        ModelKey otherOptions =
                new ModelKey(KEY.folder(), ModelOptions.DEFAULT.withMaxBatchSize(3), KEY.scope());
        assertThat(KEY).isEqualTo(key("a", "device"));
        assertThat(KEY).isNotEqualTo(otherOptions).isNotEqualTo(key("a", "slot:1"));
    }

    @Test
    void lingersSoThatARestartDoesNotLoadAgain() {
        FakeModel before = leaseOnce();

        assertThat(pool.models()).extracting(PooledModel::leases).containsExactly(0);
        assertThat(leaseOnce()).isSameAs(before);
        assertThat(models.open()).isOne();
    }

    @Test
    void closesOnceItHasLingered() throws Exception {
        pool.setLinger(Duration.ofMillis(1));
        leaseOnce();

        Thread closer = models.opened.get(0).closedBy.get(30, TimeUnit.SECONDS);

        assertThat(closer.isDaemon()).isTrue();
        assertThat(closer.getContextClassLoader()).isNull();
        closer.join(30_000);
        assertThat(closer.isAlive()).as("lives on with nothing to do").isFalse();
        assertThat(pool.models()).isEmpty();
    }

    @Test
    void keepsALeasedModelOpen() throws Exception {
        pool.setLinger(Duration.ZERO);
        ModelLease kept = pool.lease(KEY);
        pool.lease(KEY).close();
        // A closing that went wrong would have come first.
        pool.lease(key("b", "device")).close();
        models.opened.get(1).closedBy.get(30, TimeUnit.SECONDS);

        pool.closeIdle();

        assertThat(models.opened.get(0).closedBy).isNotDone();
        kept.close();
        models.opened.get(0).closedBy.get(30, TimeUnit.SECONDS);
    }

    @Test
    void closesLingeringModelsAtOnceWhenAsked() {
        leaseOnce();

        pool.closeIdle();

        assertThat(models.opened.get(0).closedBy).isDone();
        assertThat(pool.models()).isEmpty();
    }

    @Test
    void leavesALeaseOnce() {
        ModelLease first = pool.lease(KEY);
        ModelLease second = pool.lease(KEY);

        first.close();
        first.close();

        assertThat(pool.models()).extracting(PooledModel::leases).containsExactly(1);
        assertThat(second.model()).isNotNull();
        assertThatThrownBy(first::model).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void loadsOnceForAllWhoWait() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        models.duringLoad = () -> await(go);
        List<Future<ModelLease>> waiting =
                Stream.generate(() -> threads.submit(() -> pool.lease(KEY))).limit(5).toList();

        go.countDown();

        for (Future<ModelLease> lease : waiting) {
            assertThat(lease.get().model()).isSameAs(waiting.get(0).get().model());
        }
        assertThat(models.opened).hasSize(1);
        assertThat(pool.models()).extracting(PooledModel::leases).containsExactly(5);
    }

    @Test
    void loadsDifferentKeysInParallel() throws Exception {
        CyclicBarrier bothLoading = new CyclicBarrier(2);
        models.duringLoad = () -> await(bothLoading);

        Future<ModelLease> first = threads.submit(() -> pool.lease(key("a", "device")));
        Future<ModelLease> second = threads.submit(() -> pool.lease(key("b", "device")));

        assertThat(first.get().model()).isNotSameAs(second.get().model());
    }

    @Test
    void tellsAFailedLoadToAllWhoWaitAndTriesAgain() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        LlavaException cause = LlavaException.model("config.json: bad");
        models.duringLoad =
                () -> {
                    await(go);
                    throw cause;
                };
        CountDownLatch asked = new CountDownLatch(3);
        List<Future<ModelLease>> waiting =
                Stream.generate(
                                () ->
                                        threads.submit(
                                                () -> {
                                                    asked.countDown();
                                                    return pool.lease(KEY);
                                                }))
                        .limit(3)
                        .toList();
        await(asked);
        go.countDown();

        for (Future<ModelLease> lease : waiting) {
            assertThatThrownBy(lease::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            LlavaException.class,
                            e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                    .hasMessage("config.json: bad")
                    .hasCause(cause)
                    .isNotSameAs(cause);
        }
        models.duringLoad = () -> {};
        assertThat(leaseOnce()).isNotNull();
    }

    @Test
    void survivesALoaderThatThrowsAnError() {
        Error error = new UnsatisfiedLinkError("libonnxruntime.so");
        models.duringLoad =
                () -> {
                    throw error;
                };

        assertThatThrownBy(() -> pool.lease(KEY))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.INTERNAL))
                .hasMessageContaining("libonnxruntime.so")
                .hasCause(error);
        assertThat(pool.models()).isEmpty();
    }

    @Test
    void anInterruptEndsTheWaitingNotTheLoad() throws Exception {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        models.duringLoad =
                () -> {
                    loading.countDown();
                    await(go);
                };
        CompletableFuture<Boolean> stillInterrupted = new CompletableFuture<>();
        Thread cancelled = new Thread(() -> stillInterrupted.complete(isInterruptedByLease()));
        cancelled.start();
        await(loading);
        Future<ModelLease> other = threads.submit(() -> pool.lease(KEY));

        cancelled.interrupt();
        assertThat(stillInterrupted.get()).isTrue();
        go.countDown();

        assertThat(FakeModels.of(other.get())).isSameAs(models.opened.get(0));
        assertThat(pool.models()).extracting(PooledModel::leases).containsExactly(1);
    }

    @Test
    void closesAModelThatNobodyWantsAnyMoreOnceLoaded() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        models.duringLoad = () -> await(go);
        Thread.currentThread().interrupt();
        assertThat(isInterruptedByLease()).isTrue();
        assertThat(Thread.interrupted()).isTrue();

        pool.closeIdle();
        CompletableFuture<FakeModel> loaded = new CompletableFuture<>();
        models.duringClose = () -> loaded.complete(models.opened.get(0));
        go.countDown();

        assertThat(loaded.get(30, TimeUnit.SECONDS).closedBy).isDone();
    }

    @Test
    void doesNotLoadBesideAModelThatIsBeingClosed() throws Exception {
        leaseOnce();
        CountDownLatch closing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        models.duringClose =
                () -> {
                    closing.countDown();
                    await(go);
                };
        Future<?> closer = threads.submit(pool::closeIdle);
        await(closing);

        Thread.currentThread().interrupt();
        assertThat(isInterruptedByLease()).as("waits for the closing").isTrue();
        assertThat(Thread.interrupted()).isTrue();
        Future<ModelLease> next = threads.submit(() -> pool.lease(KEY));
        pool.lease(key("b", "device")).close();
        assertThat(models.opened).hasSize(2);

        go.countDown();
        closer.get();
        assertThat(FakeModels.of(next.get())).isSameAs(models.opened.get(2));
    }

    @Test
    void aFailedClosingDoesNotBlockTheKey() {
        leaseOnce();
        models.duringClose =
                () -> {
                    throw new IllegalStateException("device lost");
                };

        pool.closeIdle();

        assertThat(leaseOnce()).isNotSameAs(models.opened.get(0));
    }

    @Test
    void aModelThatBrokeIsOpenedAnewForItsLesseesAndItsRequestsAreAskedOnceMore() {
        try (ModelLease lease = pool.lease(KEY)) {
            CompletableFuture<LlavaAnswer> inside = lease.model().submit(REQUEST);
            models.opened.get(0).breakDown();

            CompletableFuture<LlavaAnswer> later = lease.model().submit(REQUEST);
            FakeModel second = awaitModel(1);
            awaitAsked(second, 2).forEach(answer -> answer.complete(ANSWER));

            assertThat(inside.join()).isEqualTo(ANSWER);
            assertThat(later.join()).isEqualTo(ANSWER);
            assertThat(models.opened.get(0).closedBy).isDone();
            assertThat(lease.model().isUsable()).isTrue();
            assertThat(pool.models()).extracting(PooledModel::leases).containsExactly(1);
        }
    }

    @Test
    void aRequestThatBreaksEveryModelFailsAsItFailed() {
        try (ModelLease lease = pool.lease(KEY)) {
            CompletableFuture<LlavaAnswer> poison = lease.model().submit(REQUEST);
            models.opened.get(0).breakDown();
            FakeModel second = awaitModel(1);
            awaitAsked(second, 1);
            second.breakDown();
            assertThat(poison.join()).isEqualTo(FakeModels.LOST);

            CompletableFuture<LlavaAnswer> next = lease.model().submit(REQUEST);
            awaitAsked(awaitModel(2), 1).forEach(answer -> answer.complete(ANSWER));
            assertThat(next.join()).isEqualTo(ANSWER);
        }
    }

    @Test
    void anErrorOfAModelReachesTheOneWhoAsked() {
        try (ModelLease lease = pool.lease(KEY)) {
            models.duringSubmit =
                    () -> {
                        throw new NoClassDefFoundError("Oh.");
                    };
            Throwable problem = lease.model().submit(REQUEST).handle((said, error) -> error).join();
            assertThat(problem).isInstanceOf(NoClassDefFoundError.class);
        }
    }

    @Test
    void aTimeLimitIsForAllModelsThatARequestComesTo() {
        try (ModelLease lease = pool.lease(KEY)) {
            Duration limit = Duration.ofHours(1);
            CompletableFuture<LlavaAnswer> answer =
                    lease.model().submit(REQUEST.withTimeLimit(limit));
            models.opened.get(0).breakDown();
            FakeModel second = awaitModel(1);
            awaitAsked(second, 1).forEach(inside -> inside.complete(ANSWER));

            assertThat(answer.join()).isEqualTo(ANSWER);
            assertThat(second.requests.element().timeLimit()).isLessThan(limit);
            assertThat(second.requests.element().timeLimit()).isPositive();
        }
    }

    @Test
    void aRequestIsLateAlsoWhileItsModelIsOpenedAnew() {
        try (ModelLease lease = pool.lease(KEY)) {
            CountDownLatch opens = new CountDownLatch(1);
            models.duringLoad = () -> await(opens);
            models.opened.get(0).breakDown();

            LlavaAnswer late =
                    lease.model().submit(REQUEST.withTimeLimit(Duration.ofMillis(1))).join();

            assertThat(late)
                    .isInstanceOfSatisfying(
                            LlavaAnswer.Failure.class,
                            failure -> {
                                assertThat(failure.code()).isEqualTo(LlavaErrorCode.CAPACITY);
                                assertThat(failure.message()).contains("limit of 1 ms");
                            });
            opens.countDown();
            awaitModel(1);
        }
    }

    @Test
    void failuresOfASoundModelAreNotAskedAgain() {
        try (ModelLease lease = pool.lease(KEY)) {
            CompletableFuture<LlavaAnswer> answer = lease.model().submit(REQUEST);
            models.opened.get(0).asked.forEach(inside -> inside.complete(FakeModels.LOST));
            assertThat(answer.join()).isEqualTo(FakeModels.LOST);
            assertThat(models.opened).hasSize(1);
        }
    }

    @Test
    void theNextLeaseOpensAModelThatBrokeAnew() {
        leaseOnce().breakDown();
        assertThat(leaseOnce()).isSameAs(models.opened.get(1));
        assertThat(models.opened.get(0).closedBy).isDone();
    }

    @Test
    void aModelThatDoesNotOpenAnewFailsRequestsUntilItDoes() {
        try (ModelLease lease = pool.lease(KEY)) {
            models.duringLoad =
                    () -> {
                        throw LlavaException.model("no such GPU");
                    };
            models.opened.get(0).breakDown();
            assertThat(lease.model().submit(REQUEST).join())
                    .isEqualTo(new LlavaAnswer.Failure(LlavaErrorCode.MODEL, "no such GPU"));
            assertThat(lease.model().info().name()).isEqualTo("a");

            models.duringLoad = () -> {};
            CompletableFuture<LlavaAnswer> answer = lease.model().submit(REQUEST);
            awaitAsked(awaitModel(1), 1).forEach(inside -> inside.complete(ANSWER));
            assertThat(answer.join()).isEqualTo(ANSWER);
        }
        assertThat(pool.models()).extracting(PooledModel::leases).containsExactly(0);
    }

    @Test
    void cancellingReachesTheModelThatIsAsked() {
        try (ModelLease lease = pool.lease(KEY)) {
            lease.model().submit(REQUEST).cancel(false);
            assertThat(models.opened.get(0).asked).allMatch(CompletableFuture::isCancelled);
        }
    }

    @Test
    void nothingIsOpenedForALeaseThatHasEnded() {
        ModelLease lease = pool.lease(KEY);
        LlavaModel model = lease.model();
        lease.close();
        pool.closeIdle();
        assertThat(model.submit(REQUEST).join()).isEqualTo(FakeModels.CLOSED);
        assertThat(models.opened).hasSize(1);
    }

    @Test
    void aLesseeDoesNotCloseTheModel() {
        try (ModelLease lease = pool.lease(KEY)) {
            assertThatThrownBy(lease.model()::close).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aLeaseMaySayHowLongItsModelLingers() throws Exception {
        pool.lease(KEY, Duration.ZERO).close();
        pool.lease(key("b", "device")).close();
        models.opened.get(0).closedBy.get(30, TimeUnit.SECONDS);
        assertThat(models.opened.get(1).closedBy).as("the pool's own").isNotDone();
        assertThatThrownBy(() -> pool.lease(KEY, Duration.ofSeconds(-1)))
                .hasMessageContaining("linger");
    }

    @Test
    void refusesANegativeLinger() {
        assertThatThrownBy(() -> pool.setLinger(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT-0.001S");
    }

    private FakeModel leaseOnce() {
        try (ModelLease lease = pool.lease(KEY)) {
            return FakeModels.of(lease);
        }
    }

    private FakeModel awaitModel(int index) {
        while (models.opened.size() <= index) {
            Thread.onSpinWait();
        }
        return models.opened.get(index);
    }

    private static Collection<CompletableFuture<LlavaAnswer>> awaitAsked(
            FakeModel model, int requests) {
        while (model.asked.size() < requests) {
            Thread.onSpinWait();
        }
        return model.asked;
    }

    private boolean isInterruptedByLease() {
        try (ModelLease unexpected = pool.lease(KEY)) {
            return unexpected == null;
        } catch (CancellationException e) {
            return Thread.currentThread().isInterrupted();
        }
    }

    private static ModelKey key(String folder, String scope) {
        return new ModelKey(Path.of(folder), ModelOptions.DEFAULT, scope);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            assertThat(barrier.await(30, TimeUnit.SECONDS)).isBetween(0, 1);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}

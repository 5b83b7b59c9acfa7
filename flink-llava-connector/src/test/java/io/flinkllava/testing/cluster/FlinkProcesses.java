package io.flinkllava.testing.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Flink session cluster of processes on 127.0.0.1. Small: a JobManager with 256 MiB of heap,
 * TaskManagers with 384 MiB and native memory beside.
 *
 * <pre>{@code
 * try (FlinkProcesses flink = FlinkProcesses.named("kill").library(jar).taskManagers(2).start()) {
 *     String job = flink.submit(JobJar.thin(folder.resolve("job.jar")), MyJob.class);
 *     flink.taskManagers().get(0).kill();
 *     flink.startTaskManager();
 *     flink.jobs().await(job, "FINISHED");
 * }
 * }</pre>
 *
 * <p>Closing ends all processes and deletes their files, but for the logs, which stay in {@code
 * target/cluster/<name>/logs}. Not thread-safe.
 */
public final class FlinkProcesses implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(2);
    private static final long CLIENT_SECONDS = 180;
    private static final Pattern SUBMITTED =
            Pattern.compile("Job has been submitted with JobID ([0-9a-f]{32})");

    private final Path folder;
    private final Setup setup;
    private final int restPort = freePort();
    private final HttpJson rest = new HttpJson(restPort);
    private final ClusterJobs jobs = new ClusterJobs(rest, this::logs);
    private final JavaProcess jobManager;
    private final List<JavaProcess> taskManagers = new ArrayList<>();
    private final List<SqlGateway> gateways = new ArrayList<>();
    private int started;

    private FlinkProcesses(Path folder, Setup setup) throws IOException {
        this.folder = folder;
        this.setup = setup;
        FlinkConfiguration.write(folder, freePort(), restPort, setup.configuration);
        jobManager =
                JavaProcess.start(
                        folder,
                        "jobmanager",
                        java(
                                List.of("-Xmx256m", "-XX:MaxMetaspaceSize=256m"),
                                clusterClassPath(),
                                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                                List.of("--configDir", "conf", "--executionMode", "cluster")),
                        setup.environment);
    }

    /**
     * Begins to describe a cluster.
     *
     * @param name of its folder below {@code target/cluster}
     */
    public static Setup named(String name) {
        return new Setup(name);
    }

    /** What a cluster is to be like. */
    public static final class Setup {

        private final String name;
        private final List<Path> libraries = new ArrayList<>();
        private final Map<String, String> configuration = new TreeMap<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private int taskManagers = 1;

        private Setup(String name) {
            this.name = name;
            configuration.put("taskmanager.numberOfTaskSlots", "2");
            configuration.put("restart-strategy.type", "fixed-delay");
            configuration.put("restart-strategy.fixed-delay.attempts", "1000");
            configuration.put("restart-strategy.fixed-delay.delay", "100 ms");
        }

        /** Puts a jar into {@code lib/} of all processes. */
        public Setup library(Path jar) {
            libraries.add(jar.toAbsolutePath());
            return this;
        }

        /** Sets a configuration key of JobManager and TaskManagers. */
        public Setup configure(String key, String value) {
            configuration.put(key, value);
            return this;
        }

        /** Sets an environment variable of all processes. */
        public Setup environment(String variable, String value) {
            environment.put(variable, value);
            return this;
        }

        /** How many TaskManagers to start with; 1 unless given. */
        public Setup taskManagers(int number) {
            taskManagers = number;
            return this;
        }

        /** Starts it, and waits until all TaskManagers are there. */
        public FlinkProcesses start() {
            Path folder = Path.of("target/cluster").resolve(name).toAbsolutePath();
            FlinkProcesses flink = null;
            try {
                delete(folder);
                Files.createDirectories(folder);
                flink = new FlinkProcesses(folder, this);
                for (int i = 0; i < taskManagers; i++) {
                    flink.launchTaskManager();
                }
                flink.awaitTaskManagers();
                return flink;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (AssertionError e) {
                flink.close();
                throw e;
            }
        }
    }

    /** Where it keeps its files; for those of a test too. Deleted at the end. */
    public Path folder() {
        return folder;
    }

    public ClusterJobs jobs() {
        return jobs;
    }

    public JavaProcess jobManager() {
        return jobManager;
    }

    /** Those that have not been killed, in the order in which they were started. */
    public List<JavaProcess> taskManagers() {
        return taskManagers.stream().filter(JavaProcess::isAlive).toList();
    }

    /** Starts one more, and waits until it has joined. */
    public JavaProcess startTaskManager() {
        JavaProcess taskManager = launchTaskManager();
        String id = taskManager.name();
        Eventually.holds(
                id + " has joined",
                START,
                this::logs,
                () ->
                        rest
                                .get("/taskmanagers")
                                .get("taskmanagers")
                                .findValuesAsText("id")
                                .stream()
                                .anyMatch(id::equals));
        return taskManager;
    }

    /**
     * Submits a job with Flink's command line client, which is a process too.
     *
     * @return the job's id
     */
    public String submit(Path jar, Class<?> main, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("run", "-d", "-c", main.getName(), jar.toString()));
        command.addAll(List.of(arguments));
        ClientRun run =
                client(
                        "run",
                        clusterClassPath(),
                        "org.apache.flink.client.cli.CliFrontend",
                        command);
        Matcher id = SUBMITTED.matcher(run.output());
        if (run.status() != 0 || !id.find()) {
            throw new AssertionError("No job: " + run.output() + "\n" + logs());
        }
        return id.group(1);
    }

    /**
     * What a client has left behind.
     *
     * @param status of its exit
     * @param output all that it has printed, errors too
     */
    public record ClientRun(int status, String output) {}

    /**
     * Runs a script with the SQL client, which ends at the first failing statement.
     *
     * @param jars given with {@code -j}
     */
    public ClientRun runSql(String script, List<Path> jars) {
        try {
            Path file = Files.writeString(folder.resolve("script-" + ++started + ".sql"), script);
            List<String> arguments = new ArrayList<>(List.of("embedded", "-f", file.toString()));
            jars.forEach(jar -> arguments.addAll(List.of("-j", jar.toAbsolutePath().toString())));
            return client(
                    "sql-client",
                    sqlClassPath(),
                    "org.apache.flink.table.client.SqlClient",
                    arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a SQL gateway of this cluster; closed with the cluster at the latest. */
    public SqlGateway startSqlGateway() {
        int port = freePort();
        String prefix = "-Dsql-gateway.endpoint.rest.";
        SqlGateway gateway =
                new SqlGateway(
                        JavaProcess.start(
                                folder,
                                "sql-gateway-" + ++started,
                                java(
                                        List.of("-Xmx256m"),
                                        sqlClassPath(),
                                        "org.apache.flink.table.gateway.SqlGateway",
                                        List.of(
                                                prefix + "address=127.0.0.1",
                                                prefix + "bind-address=127.0.0.1",
                                                prefix + "port=" + port)),
                                clientEnvironment()),
                        port);
        gateways.add(gateway);
        return gateway;
    }

    /** The last lines of all logs. */
    public String logs() {
        return Stream.concat(
                        Stream.of(jobManager),
                        Stream.concat(
                                taskManagers.stream(), gateways.stream().map(SqlGateway::process)))
                .map(JavaProcess::lastLines)
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        gateways.forEach(SqlGateway::close);
        taskManagers.forEach(JavaProcess::close);
        jobManager.close();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> !path.endsWith("logs")).toList()) {
                delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JavaProcess launchTaskManager() {
        String id = "taskmanager-" + ++started;
        JavaProcess taskManager =
                JavaProcess.start(
                        folder,
                        id,
                        java(
                                List.of(
                                        "-Xmx384m",
                                        "-XX:MaxDirectMemorySize=192m",
                                        "-XX:MaxMetaspaceSize=256m"),
                                clusterClassPath(),
                                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                                List.of("--configDir", "conf", "-Dtaskmanager.resource-id=" + id)),
                        setup.environment);
        taskManagers.add(taskManager);
        return taskManager;
    }

    private void awaitTaskManagers() {
        Eventually.holds(
                setup.taskManagers + " TaskManagers have joined",
                START,
                this::logs,
                () -> rest.get("/overview").get("taskmanagers").asInt() == setup.taskManagers);
    }

    private ClientRun client(String name, List<Path> classPath, String main, List<String> command) {
        JavaProcess client =
                JavaProcess.start(
                        folder,
                        name + "-" + ++started,
                        java(List.of("-Xmx256m"), classPath, main, command),
                        clientEnvironment());
        try (client) {
            int status = client.await(CLIENT_SECONDS);
            return new ClientRun(status, client.output());
        }
    }

    private Map<String, String> clientEnvironment() {
        Map<String, String> environment = new LinkedHashMap<>(setup.environment);
        environment.put("FLINK_CONF_DIR", folder.resolve("conf-client").toString());
        return environment;
    }

    private List<Path> clusterClassPath() {
        return Stream.concat(FlinkJars.cluster().stream(), setup.libraries.stream()).toList();
    }

    private List<Path> sqlClassPath() {
        return Stream.concat(clusterClassPath().stream(), FlinkJars.sqlClient().stream()).toList();
    }

    private static List<String> java(
            List<String> memory, List<Path> classPath, String main, List<String> arguments) {
        List<String> command = new ArrayList<>(memory);
        // The heap in full from the start: what a process takes more is native then.
        memory.stream()
                .filter(option -> option.startsWith("-Xmx"))
                .map(option -> option.replace("-Xmx", "-Xms"))
                .forEach(command::add);
        command.add("-XX:+AlwaysPreTouch");
        // Processes live for a minute: the second compiler would only compete with the tests.
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        for (String opened :
                List.of(
                        "java.lang",
                        "java.net",
                        "java.io",
                        "java.nio",
                        "sun.nio.ch",
                        "java.lang.reflect",
                        "java.text",
                        "java.time",
                        "java.util",
                        "java.util.concurrent",
                        "java.util.concurrent.atomic",
                        "java.util.concurrent.locks")) {
            command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        command.add("-Dlog4j2.configurationFile=file:conf/log4j2.properties");
        command.add("-cp");
        command.add(
                classPath.stream()
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator)));
        command.add(main);
        command.addAll(arguments);
        return command;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

package io.flinkllava.examples.rules;

import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.BroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

import io.flinkllava.flink.files.PictureFile;

import java.util.Map;
import java.util.TreeMap;

/**
 * Pictures meet the rules of their time: one check for each rule. Rules that are known when the job
 * is started hold for the first picture already; those in broadcast state came later and win.
 */
final class RuleBook extends BroadcastProcessFunction<PictureFile, String, Check> {

    /** What became of lines that came while the job ran. */
    static final OutputTag<String> NOTES = new OutputTag<>("notes", Types.STRING);

    /** A removed rule stays in it, or the one of the start would come back. */
    static final MapStateDescriptor<String, Rule> RULES =
            new MapStateDescriptor<>("rules", Types.STRING, TypeInformation.of(Rule.class));

    private static final long serialVersionUID = 1L;

    private final TreeMap<String, Rule> first;

    RuleBook(Map<String, Rule> first) {
        this.first = new TreeMap<>(first);
    }

    @Override
    public void processElement(
            PictureFile picture, ReadOnlyContext context, Collector<Check> checks)
            throws Exception {
        for (Rule rule : rules(context.getBroadcastState(RULES)).values()) {
            if (!rule.remove()) {
                checks.collect(
                        new Check(picture.path(), rule.id(), rule.question(), rule.threshold()));
            }
        }
    }

    private Map<String, Rule> rules(ReadOnlyBroadcastState<String, Rule> later) throws Exception {
        Map<String, Rule> rules = new TreeMap<>(first);
        for (Map.Entry<String, Rule> rule : later.immutableEntries()) {
            rules.put(rule.getKey(), rule.getValue());
        }
        return rules;
    }

    @Override
    public void processBroadcastElement(String line, Context context, Collector<Check> checks)
            throws Exception {
        if (line.isBlank()) {
            return;
        }
        try {
            Rule rule = Rule.parse(line);
            context.getBroadcastState(RULES).put(rule.id(), rule);
            context.output(NOTES, Report.ofRule(rule));
        } catch (IllegalArgumentException e) {
            context.output(NOTES, Report.ofBadRule(line, e.getMessage()));
        }
    }
}

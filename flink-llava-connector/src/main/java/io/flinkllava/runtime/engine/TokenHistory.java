package io.flinkllava.runtime.engine;

import java.util.ArrayList;
import java.util.List;

/** The tokens of a sequence so far: the prompt's, then the answer's. */
final class TokenHistory {

    private final int[] prompt;
    private final List<Integer> answer = new ArrayList<>();

    TokenHistory(int[] prompt) {
        this.prompt = prompt;
    }

    void append(int token) {
        answer.add(token);
    }

    int length() {
        return prompt.length + answer.size();
    }

    int get(int position) {
        return position < prompt.length ? prompt[position] : answer.get(position - prompt.length);
    }

    List<Integer> answer() {
        return answer;
    }

    /** Whether the newest tokens are these. */
    boolean endsWith(List<Integer> tokens) {
        int start = length() - tokens.size();
        if (start < 0) {
            return false;
        }
        for (int i = 0; i < tokens.size(); i++) {
            if (get(start + i) != tokens.get(i)) {
                return false;
            }
        }
        return true;
    }
}

package io.deltarule.models.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThinkingTest {
    /** Wherever the text is cut into pieces, \n written as ~. */
    @ParameterizedTest
    @CsvSource({
        "false, Hello, '', Hello",
        "false, ' Hello~', '', ' Hello~'",
        "false, '', '', ''",
        "false, <think>~hm~</think>~~ok, hm, ok",
        "false, ~<think>hm</think>ok, hm, ok",
        "false, <think></think>ok, '', ok",
        "false, <think>~~</think>~~  ok~, '', '  ok~'",
        "false, <think>a < b </th x~~y</think>z, a < b </th x~~y, z",
        "false, <think>never ends~, never ends, ''",
        "false, <thin, '', <thin",
        "false, a<think>b</think>, '', a<think>b</think>",
        "true, hm~</think>~~ok, hm, ok",
        "true, ~</think>ok, '', ok",
        "true, hm, hm, ''",
        "true, hm</thin, hm</thin, ''",
        "true, a</think>b</think>c, a, b</think>c",
    })
    void thinkingAndAnswerAreToldApartAtEveryCut(boolean opened, String text, String thought, String answer) {
        String whole = text.replace('~', '\n');
        for (int first = 0; first <= whole.length(); first++) {
            for (int second = first; second <= whole.length(); second++) {
                StringBuilder thinking = new StringBuilder();
                StringBuilder rest = new StringBuilder();
                Thinking parts = new Thinking(opened);
                for (String piece :
                        new String[] {whole.substring(0, first), whole.substring(first, second), whole.substring(second)
                        }) {
                    parts.next(piece).forEach(p -> (p.thought() ? thinking : rest).append(p.text()));
                }
                parts.rest().forEach(p -> (p.thought() ? thinking : rest).append(p.text()));
                assertEquals(thought.replace('~', '\n'), thinking.toString());
                assertEquals(answer.replace('~', '\n'), rest.toString());
            }
        }
    }

    @Test
    void aPromptMayOpenIt() {
        assertTrue(Thinking.opens("<|im_start|>assistant\n<think>\n"));
        assertFalse(Thinking.opens("<|im_start|>assistant\n<think>\n\n</think>\n\n"));
        assertFalse(Thinking.opens("<|im_start|>assistant\n"));
    }
}

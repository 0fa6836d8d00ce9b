package io.deltarule.langchain4j;

import dev.langchain4j.model.output.TokenUsage;
import io.deltarule.models.chat.Reply;
import java.util.Objects;

/** Token counts that say, too, how many of the conversation's tokens were read for this answer: the others were carried. */
public final class DeltaRuleTokenUsage extends TokenUsage {
    private final int read;

    private DeltaRuleTokenUsage(Integer input, Integer output, int read) {
        super(input, output);
        this.read = read;
    }

    static DeltaRuleTokenUsage of(Reply.Usage usage) {
        return new DeltaRuleTokenUsage(usage.prompt(), usage.written(), usage.read());
    }

    /** How many of {@link #inputTokenCount()} the model read. */
    public int readTokenCount() {
        return read;
    }

    /** Both together; of another model all input counts as read. */
    @Override
    public TokenUsage add(TokenUsage that) {
        if (that == null) {
            return this;
        }
        Integer others =
                that instanceof DeltaRuleTokenUsage usage ? Integer.valueOf(usage.read) : that.inputTokenCount();
        return new DeltaRuleTokenUsage(
                sum(inputTokenCount(), that.inputTokenCount()),
                sum(outputTokenCount(), that.outputTokenCount()),
                sum(read, others));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DeltaRuleTokenUsage usage && read == usage.read && super.equals(other);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), read);
    }

    @Override
    public String toString() {
        return super.toString() + ", of the input read: " + read;
    }
}

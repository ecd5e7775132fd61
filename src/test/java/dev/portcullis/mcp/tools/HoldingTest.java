package dev.portcullis.mcp.tools;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HoldingTest {
    private final HeldBytes all = new HeldBytes(100);
    private final HeldBytes ofAda = new HeldBytes(60);
    private final HeldBytes ofBob = new HeldBytes(60);

    @Test
    @DisplayName(
            "A user holds no more than one may, all together no more than all may, and what is refused counts nowhere")
    void bounds() {
        Holding first = new Holding(all, ofAda);
        Holding second = new Holding(all, ofAda);
        Holding other = new Holding(all, ofBob);
        assertThat(first.take(60)).isTrue();
        assertThat(second.take(1)).isFalse();
        assertThat(other.take(41)).isFalse();
        assertThat(other.take(40)).isTrue();
        first.give(10);
        assertThat(second.take(11)).isFalse();
        assertThat(other.take(11)).isFalse();
        assertThat(second.take(10)).isTrue();
    }

    @Test
    @DisplayName("At its end an exchange gives all back, once, and takes nothing any more")
    void end() {
        Holding holding = new Holding(all, ofAda);
        assertThat(holding.take(60)).isTrue();
        holding.end();
        holding.end();
        holding.give(60);
        assertThat(holding.take(1)).isFalse();
        assertThat(new Holding(all, ofAda).take(61)).isFalse();
        assertThat(new Holding(all, ofAda).take(60)).isTrue();
        assertThat(new Holding(all, ofBob).take(41)).isFalse();
        assertThat(new Holding(all, ofBob).take(40)).isTrue();
    }
}

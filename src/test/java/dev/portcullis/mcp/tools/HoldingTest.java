package dev.portcullis.mcp.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.tools.Holding.Room;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HoldingTest {
    private static final int FREE = 8 * 1024;

    private final HeldBytes all = new HeldBytes(100);
    private final HeldBytes ofAda = new HeldBytes(60);
    private final HeldBytes ofBob = new HeldBytes(60);

    @Test
    @DisplayName(
            "A user holds no more than one may, all together no more than all may, and what is refused counts nowhere")
    void bounds() {
        Holding first = of(ofAda);
        Holding second = of(ofAda);
        Holding other = of(ofBob);
        assertThat(first.take(60)).isEqualTo(Room.ENOUGH);
        assertThat(second.take(1)).isEqualTo(Room.NONE_FOR_USER);
        assertThat(other.take(41)).isEqualTo(Room.NONE);
        assertThat(other.take(40)).isEqualTo(Room.ENOUGH);
        first.give(10);
        assertThat(second.take(11)).isEqualTo(Room.NONE_FOR_USER);
        assertThat(other.take(11)).isEqualTo(Room.NONE);
        assertThat(second.take(10)).isEqualTo(Room.ENOUGH);
    }

    @Test
    @DisplayName("Small messages pass however much others hold, and give back no more than they took")
    void small() {
        assertThat(of(ofAda).take(60)).isEqualTo(Room.ENOUGH);
        Holding small = new Holding(all, ofAda);
        assertThat(small.take(FREE - 1)).isEqualTo(Room.ENOUGH);
        assertThat(small.take(1)).isEqualTo(Room.ENOUGH);
        assertThat(small.take(1)).isEqualTo(Room.NONE_FOR_USER);
        small.give(10);
        assertThat(small.take(10)).isEqualTo(Room.ENOUGH);
        small.end();
        assertThat(of(ofAda).take(1)).isEqualTo(Room.NONE_FOR_USER);
    }

    @Test
    @DisplayName("At its end an exchange gives all back, once, and takes nothing any more")
    void end() {
        Holding holding = of(ofAda);
        assertThat(holding.take(60)).isEqualTo(Room.ENOUGH);
        holding.end();
        holding.end();
        holding.give(60);
        assertThat(holding.take(1)).isEqualTo(Room.NONE_FOR_USER);
        theOtherWay();
    }

    @Test
    @DisplayName("What another thread reads counts until it has been read, whatever became of the exchange")
    void pinned() {
        Holding holding = of(ofAda);
        assertThat(holding.take(60)).isEqualTo(Room.ENOUGH);
        holding.pin();
        holding.end();
        assertThat(holding.isOver()).isTrue();
        assertThat(of(ofAda).take(1)).isEqualTo(Room.NONE_FOR_USER);
        holding.unpin();
        holding.end();
        theOtherWay();
    }

    private void theOtherWay() {
        assertThat(of(ofAda).take(61)).isEqualTo(Room.NONE_FOR_USER);
        assertThat(of(ofAda).take(60)).isEqualTo(Room.ENOUGH);
        assertThat(of(ofBob).take(41)).isEqualTo(Room.NONE);
        assertThat(of(ofBob).take(40)).isEqualTo(Room.ENOUGH);
    }

    /** One that has had what is free. */
    private Holding of(HeldBytes user) {
        Holding holding = new Holding(all, user);
        assertThat(holding.take(FREE)).isEqualTo(Room.ENOUGH);
        return holding;
    }
}

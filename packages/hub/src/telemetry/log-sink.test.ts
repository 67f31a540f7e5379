import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import { type LogSink, type Output, openLogSink } from './log-sink.ts';

const line = (text: string): string => `${JSON.stringify({ text })}\n`;
const kib = line('x'.repeat(1000));

/** An output that takes at most so many bytes a write, and answers each write when the test says so. */
function scriptedOutput() {
  let text = '';
  let answer: (() => void) | null = null;
  const state = { room: Number.POSITIVE_INFINITY, error: null as Error | null };
  const take = (chunk: Buffer): number => {
    const written = state.error ? 0 : Math.min(chunk.length, state.room);
    state.room -= written;
    text += chunk.subarray(0, written).toString();
    return written;
  };
  const output: Output = {
    write(chunk, done) {
      assert.equal(answer, null, 'one write at a time');
      answer = () => {
        answer = null;
        const written = take(chunk);
        done(state.error, written);
      };
    },
    writeSync: take,
  };
  const drain = (): void => {
    for (let now = answer; now; now = answer) now();
  };
  return { output, state, drain, text: () => text };
}

function opened(): ReturnType<typeof scriptedOutput> & { sink: LogSink; clock: ManualClock } {
  const scripted = scriptedOutput();
  const clock = new ManualClock();
  return { ...scripted, clock, sink: openLogSink(clock, scripted.output) };
}

describe('the sink of the log', () => {
  test('gathers lines for a second, and writes them together', () => {
    const { sink, clock, drain, text } = opened();
    sink.write(line('a'));
    sink.write(line('b'));
    drain();
    assert.equal(text(), '');
    clock.advance(1000);
    drain();
    assert.equal(text(), line('a') + line('b'));
  });

  test('goes on after the part that a write took', () => {
    const { sink, clock, state, drain, text } = opened();
    state.room = 7;
    sink.write(line('abc'));
    clock.advance(1000);
    drain();
    state.room = Number.POSITIVE_INFINITY;
    clock.advance(1000);
    drain();
    assert.equal(text(), line('abc'));
  });

  test('holds a bounded amount while nothing can be written, and says afterwards how many lines it dropped', () => {
    const { sink, clock, state, drain, text } = opened();
    state.error = new Error('ENOSPC');
    for (let count = 0; count < 2000; count++) sink.write(kib);
    drain();
    const kept = 2000 - sink.dropped;
    assert.ok(kept * kib.length <= 1024 * 1024 && (kept + 1) * kib.length > 1024 * 1024, `${kept} kept`);
    state.error = null;
    clock.advance(1000);
    drain();
    clock.advance(1000);
    drain();
    const lines = text().trimEnd().split('\n');
    assert.equal(lines.filter((each) => `${each}\n` === kib).length, kept);
    const told = lines.map((each) => JSON.parse(each)).find(({ msg }) => msg !== undefined);
    assert.deepEqual([told.level, told.lines], [40, 2000 - kept]);
    assert.equal(lines.length, kept + 1);
  });

  test('flushes at the end as far as the output takes it, and no further', () => {
    const { sink, state, text } = opened();
    state.room = 10;
    sink.write(line('first'));
    sink.write(line('second'));
    sink.flushSync();
    assert.equal(text(), (line('first') + line('second')).slice(0, 10));
  });
});

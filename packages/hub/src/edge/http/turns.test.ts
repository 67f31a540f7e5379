import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers';
import { Turns } from './turns.ts';

const turn = () => new Promise<void>((resolve) => void nextTurn(resolve));

/** Reads that note when they begin, and end when they are told to. */
class Reads {
  readonly begun: string[] = [];
  readonly #ends: (() => void)[] = [];
  readonly #turns = new Turns();

  ask(caller: string, { waits = false } = {}): Promise<void> {
    return this.#turns.take(caller, async () => {
      this.begun.push(caller);
      if (waits) await new Promise<void>((resolve) => this.#ends.push(resolve));
    });
  }

  endOne(): void {
    this.#ends.shift()?.();
  }
}

describe('turns', () => {
  test('one read of a caller begins at once, and another caller does not wait for those behind it', async () => {
    const reads = new Reads();
    const all = Array.from({ length: 100 }, () => reads.ask('alice'));
    all.push(reads.ask('bob'));
    assert.deepEqual(reads.begun, ['alice', 'bob']);
    await turn();
    all.push(reads.ask('carol'));
    assert.ok(reads.begun.length <= 4, `${reads.begun.length} begun`);
    assert.equal(reads.begun.at(-1), 'carol');
    await Promise.all(all);
    assert.equal(reads.begun.length, 102);
  });

  test('callers whose reads wait alternate', async () => {
    const reads = new Reads();
    const all = ['alice', 'alice', 'alice', 'bob', 'bob', 'bob'].map((caller) => reads.ask(caller));
    await Promise.all(all);
    assert.deepEqual(reads.begun, ['alice', 'bob', 'alice', 'bob', 'alice', 'bob']);
  });

  test('a few reads of a caller that wait run at once, and each that ends lets another begin', async () => {
    const reads = new Reads();
    const all = Array.from({ length: 6 }, () => reads.ask('alice', { waits: true }));
    for (let each = 0; each < 20; each++) await turn();
    assert.equal(reads.begun.length, 4);
    reads.endOne();
    while (reads.begun.length < 5) await turn();
    for (let each = 0; each < 20; each++) await turn();
    assert.equal(reads.begun.length, 5);
    while (reads.begun.length < 6) {
      reads.endOne();
      await turn();
    }
    for (let each = 0; each < 6; each++) reads.endOne();
    await Promise.all(all);
  });

  test('a read that fails ends its turn', async () => {
    const turns = new Turns();
    const fail = async (): Promise<never> => Promise.reject(new Error('away'));
    const all = Array.from({ length: 9 }, () => turns.take('alice', fail));
    const ended = await Promise.allSettled(all);
    assert.ok(ended.every(({ status }) => status === 'rejected'));
    assert.equal(await turns.take('alice', async () => 'read'), 'read');
  });
});

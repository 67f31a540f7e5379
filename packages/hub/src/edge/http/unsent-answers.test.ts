import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import { limits } from '@carillon/protocol';
import { UnsentAnswers } from './unsent-answers.ts';

const olga = 'app-a olga';

class Response extends EventEmitter {
  readonly writableLength: number;

  constructor(writableLength: number) {
    super();
    this.writableLength = writableLength;
  }
}

describe('answers that are not read', () => {
  test('are so many at once, for each caller, and make room when they leave or their connection ends', () => {
    const unsent = new UnsentAnswers();
    const responses = Array.from({ length: limits.unsentAnswers }, () => new Response(1));
    for (const response of responses) {
      unsent.check(olga);
      unsent.follow(olga, response, 'x');
    }
    assert.throws(() => unsent.check(olga), /Too many answers are waiting to be read/);
    unsent.check('app-a oleg');
    responses[0]?.emit('close');
    unsent.check(olga);
  });

  test('are so many bytes at once', () => {
    const unsent = new UnsentAnswers();
    const half = 'x'.repeat(limits.unsentBytes / 2);
    unsent.follow(olga, new Response(1), half);
    const held = unsent.hold(olga, new Response(0));
    held.check(half);
    assert.throws(() => held.check(`${half}x`), /Too many answers/);
  });

  test('are not those that the connection took at once', () => {
    const unsent = new UnsentAnswers();
    for (let each = 0; each < 2 * limits.unsentAnswers; each++) unsent.follow(olga, new Response(0), 'x');
    unsent.check(olga);
  });

  test('are reads from their beginning, until their connection ends', () => {
    const unsent = new UnsentAnswers();
    const responses = Array.from({ length: limits.unsentAnswers }, () => new Response(0));
    for (const response of responses) unsent.hold(olga, response).add(response, 'x');
    assert.throws(() => unsent.check(olga), /Too many answers/);
    for (const response of responses) response.emit('close');
    unsent.check(olga);
  });
});

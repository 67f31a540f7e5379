import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EventData } from './sse.ts';

function parsed(chunks: readonly string[]): string[] {
  const data: string[] = [];
  const events = new EventData((each) => data.push(each));
  for (const chunk of chunks) events.take(chunk);
  return data;
}

test('the data of each event comes out whole, comments and other fields do not', () => {
  const text = ':\n\nevent: change\nid: 7\ndata: {"a":1}\n\n:\n\ndata: one\ndata: two\n\ndata: unfinished\n';
  assert.deepEqual(parsed([text]), ['{"a":1}', 'one\ntwo']);
});

test('lines end as the standard allows', () => {
  assert.deepEqual(parsed(['data: a\r\n\r\n', 'data: b\r\rdata: c\n\n']), ['a', 'b', 'c']);
});

test('however the text is cut, the same events come out', () => {
  const lines = fc.array(fc.constantFrom('data: x', 'data: y z', ':', 'id: 1', '', ''), {
    maxLength: 20,
    size: 'max',
  });
  const ends = fc.constantFrom('\n', '\r\n', '\r');
  fc.assert(
    fc.property(lines, ends, fc.array(fc.nat(200)), (given, end, cuts) => {
      // A last letter, since a return at the very end may be half of a line's end.
      const text = `${given.join(end)}${end}data: x`;
      const places = [0, ...cuts.filter((each) => each < text.length).sort((a, b) => a - b), text.length];
      const chunks = places.slice(1).map((place, index) => text.slice(places[index], place));
      assert.deepEqual(parsed(chunks), parsed([text]));
    }),
  );
});

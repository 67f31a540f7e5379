import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BoundedMap, type BoundedMapOptions } from './bounded-map.ts';

function filled(
  options: Partial<BoundedMapOptions<string, number>>,
  keys: string,
): BoundedMap<string, number> {
  const map = new BoundedMap<string, number>({ entriesMax: 3, ...options });
  for (const [at, key] of [...keys].entries()) map.set(key, at);
  return map;
}

describe('a bounded map', () => {
  test('forgets what was set first; setting a key again makes it the newest', () => {
    assert.deepEqual([...filled({}, 'abcd').values()], [1, 2, 3]);
    const map = filled({}, 'abcad');
    assert.deepEqual([...map.values()], [2, 3, 4]);
    assert.deepEqual([map.get('b'), map.get('a'), map.size], [undefined, 3, 3]);
  });

  test('forgets what was read the longest ago, when it keeps what is used', () => {
    const map = filled({ keeps: 'used' }, 'abc');
    assert.equal(map.get('a'), 0);
    map.set('d', 3);
    assert.deepEqual([...map.values()], [2, 0, 3]);
    const set = filled({}, 'abc');
    set.get('a');
    set.set('d', 3);
    assert.equal(set.get('a'), undefined);
  });

  test('forgets as many as the bytes of a new one take, and never keeps one that is too large', () => {
    const map = filled({ entriesMax: 100, bytesMax: 10, bytesOf: (_key, value) => value }, 'abcde');
    assert.deepEqual([...map.values()], [0, 1, 2, 3, 4]);
    map.set('f', 6);
    assert.deepEqual([...map.values()], [4, 6]);
    map.set('f', 1);
    map.set('g', 5);
    assert.deepEqual([...map.values()], [4, 1, 5]);
    map.set('h', 11);
    assert.equal(map.size, 0);
  });

  test('may lose the entry that is looked at', () => {
    const map = filled({}, 'abc');
    for (const value of map.values()) if (value < 2) map.delete('abc'.charAt(value));
    assert.deepEqual([...map.values()], [2]);
    map.clear();
    assert.deepEqual([map.size, [...map.values()]], [0, []]);
  });

  test('holds the newest of a long sequence, whatever is set, read and deleted', () => {
    const step = fc.record({
      what: fc.constantFrom('set', 'get', 'delete'),
      key: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step), fc.constantFrom('set', 'used'), (steps, keeps) => {
        const map = new BoundedMap<number, number>({
          entriesMax: 4,
          keeps: keeps === 'used' ? 'used' : 'set',
        });
        let model: number[] = [];
        for (const { what, key } of steps) {
          const isKnown = model.includes(key);
          if (what === 'set') map.set(key, key);
          else if (what === 'get') assert.equal(map.get(key), isKnown ? key : undefined);
          else map.delete(key);
          const stays = what === 'get' && (keeps === 'set' || !isKnown);
          if (!stays) model = model.filter((each) => each !== key);
          if (what === 'set' || (!stays && what === 'get')) model = [...model, key].slice(-4);
        }
        assert.deepEqual([...map.values()], model);
      }),
    );
  });
});

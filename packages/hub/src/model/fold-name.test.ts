import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldName, isSameName, pickNamed } from './fold-name.ts';

test('a name is the same in any case, and however its characters are composed', () => {
  for (const [one, other] of [
    ['José', 'jose\u0301'],
    ['ÄÖ@contoso.example', 'a\u0308o\u0308@CONTOSO.example'],
    ['J\u030C', '\u01F0'],
    ['İ', 'i\u0307'],
    ['ẞ', 'ß'],
  ] as const) {
    assert.ok(isSameName(one, other), `${one} ${other}`);
    assert.equal(foldName(foldName(one)), foldName(one));
  }
});

test('nothing else is', () => {
  for (const [one, other] of [
    ['ß', 'ss'],
    ['İ', 'i'],
    ['ı', 'I'],
    ['jose', 'josé'],
  ] as const)
    assert.ok(!isSameName(one, other), `${one} ${other}`);
});

test('of several the one of exactly that name is picked, else the lowest subject, and none that is named otherwise', () => {
  const rows = [
    { name: 'ANNA', subject: '2' },
    { name: 'Anna', subject: '3' },
    { name: 'bob', subject: '1' },
  ];
  assert.equal(pickNamed(rows, 'Anna')?.subject, '3');
  assert.equal(pickNamed(rows, 'anna')?.subject, '2');
  assert.equal(pickNamed(rows, 'eve'), null);
});

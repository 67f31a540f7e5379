import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { textParts } from './linked-text.ts';

const links = (text: string): (string | null)[] =>
  textParts(text)
    .filter(({ href }) => href !== null)
    .map(({ href }) => href);

describe('the links of a text', () => {
  test('are those of http, https, mailto and tel, in any case', () => {
    const text = 'HTTPS://A.example/x http://b.example mailto:a@b.example tel:+49-30-1234';
    assert.deepEqual(links(text), [
      'https://a.example/x',
      'http://b.example/',
      'mailto:a@b.example',
      'tel:+49-30-1234',
    ]);
  });

  test('are never scripts, data, files or what only looks like a host', () => {
    for (const text of [
      'javascript:alert(1)',
      'JavaScript:alert(1)//http',
      'java\nscript:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:x file:///etc/passwd blob:x about:blank intent://x#Intent;end',
      'https://bank.example@evil.example/',
      'https://user:secret@evil.example/',
      'https://',
      'http://[broken',
      'mailto: tel: mailto:nobody tel:none',
      'xhttps://a.example',
    ])
      assert.deepEqual(links(text), [], text);
  });

  test('end before what is a sentence’s and not theirs', () => {
    const cases = [
      ['See https://a.example/x.', 'https://a.example/x'],
      ['(https://a.example/x)', 'https://a.example/x'],
      ['https://a.example/wiki/X_(y), then', 'https://a.example/wiki/X_(y)'],
      ['“https://a.example/x”', 'https://a.example/x'],
      ['<https://a.example/x>', 'https://a.example/x'],
      ['詳細はhttps:// https://a.example/x。次へ', 'https://a.example/x'],
      ['https://a.example/?q=1&r=2!', 'https://a.example/?q=1&r=2'],
      ['https://a.example/\u202Egpj.exe', 'https://a.example/'],
    ];
    for (const [text, link] of cases) assert.deepEqual(links(text ?? ''), [link], text);
  });

  test('stand in the whole text, of which nothing is lost', () => {
    for (const text of [
      '',
      'a',
      'https://a.example',
      'a https://a.example, b\nmailto:a@b.example.\n',
      'https://x@y z',
    ])
      assert.equal(
        textParts(text)
          .map((part) => part.text)
          .join(''),
        text,
      );
  });
});

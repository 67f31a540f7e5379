import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkOf } from './link.ts';

test('a link of the web or of an app is opened', () => {
  for (const url of ['https://shop.example/orders/7', 'http://127.0.0.1:4280/', 'myapp://orders/7'])
    assert.equal(linkOf(url), url);
});

test('what a browser would run, read or embed is not, however it is written', () => {
  const texts = [
    ...['javascript:alert(1)', 'JavaScript:alert(1)', ' \tjava\nscript:alert(1)', 'data:text/html,x'],
    ...['blob:https://shop.example/1', 'file:///etc/passwd', 'view-source:https://shop.example/'],
    ...['vbscript:x', 'about:blank', 'intent://x#Intent;end', '/inbox', 'shop.example', ''],
  ];
  for (const text of [...texts, null, undefined]) assert.equal(linkOf(text), null, String(text));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { xmlAttribute, xmlText } from './xml.ts';

test('markup is escaped', () => {
  assert.equal(xmlText('a < b && "c" > \'d\''), 'a &lt; b &amp;&amp; "c" &gt; \'d\'');
  assert.equal(xmlAttribute('{"a":"<&>"}'), '{&quot;a&quot;:&quot;&lt;&amp;&gt;&quot;}');
  assert.equal(xmlText(']]>'), ']]&gt;');
});

test('what XML can not hold is left out', () => {
  assert.equal(xmlText('a\u0001b\u000bc\u001fd\ufffee\uffff'), 'abcde');
  assert.equal(xmlAttribute('a\u0000b\ud800c'), 'abc');
});

test('line ends and tabs survive', () => {
  assert.equal(xmlText('a\n\tb\r'), 'a\n\tb&#13;');
  assert.equal(xmlAttribute('a\n\tb\r'), 'a&#10;&#9;b&#13;');
});

test('every other character stays as it is', () => {
  assert.equal(xmlText('Größe 漢字 👍\u0085'), 'Größe 漢字 👍\u0085');
});

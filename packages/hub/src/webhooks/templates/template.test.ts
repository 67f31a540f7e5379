import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits, webhookLimits } from '@carillon/protocol';
import { HubError } from '../../model/errors.ts';
import { placeholderNames, type Values } from './placeholders.ts';
import { presets } from './presets.ts';
import { fillTemplate, type GivenTemplate, readTemplate } from './template.ts';

const given = (more: Partial<GivenTemplate>): GivenTemplate => ({
  ...{ name: null, text: null, contentType: null, constants: {} },
  ...more,
});

const valuesWith = (more: Readonly<Record<string, string>>): Values =>
  new Map([...placeholderNames.map((name): [string, string] => [name, '']), ...Object.entries(more)]);

const fill = (more: Partial<GivenTemplate>, values: Readonly<Record<string, string>>): string =>
  fillTemplate(readTemplate(given(more)), valuesWith(values));

const hostile = '"}, "x": "\\u0022 & =%\n{{body}} <!channel> @everyone';

test('no value leaves its place, whatever the content type', () => {
  const json = JSON.parse(fill({ text: '{"a":"<{{title}}>","b":["{{ title }}"]}' }, { title: hostile }));
  assert.deepEqual(json, { a: `<${hostile}>`, b: [hostile] });
  const form = fill(
    { text: 'a={{title}}&b=x%26{{title}}', contentType: 'application/x-www-form-urlencoded' },
    { title: hostile },
  );
  assert.deepEqual(
    [...new URLSearchParams(form)],
    [
      ['a', hostile],
      ['b', `x&${hostile}`],
    ],
  );
  assert.equal(
    fill({ text: 'a: {{title}}', contentType: 'text/plain' }, { title: hostile }),
    `a: ${hostile}`,
  );
});

test('the first that is not empty stands, and a member without a value is left out', () => {
  const text = '{"body":"{{body|title}}","url":"{{url}}","none":"","at":[{"x":"{{url}}"}],"n":1,"z":null}';
  assert.deepEqual(JSON.parse(fill({ text }, { title: 'Lunch' })), {
    ...{ body: 'Lunch', none: '', at: [{}], n: 1, z: null },
  });
});

test('a template that can not be filled is refused, and what is wrong is named', () => {
  const placeholders = webhookLimits.templatePlaceholders;
  const deep = `${'['.repeat(limits.jsonDepth + 1)}"x"${']'.repeat(limits.jsonDepth + 1)}`;
  const refused: [more: Partial<GivenTemplate>, why: RegExp][] = [
    [{}, /has a name, or a text/],
    [{ name: 'pager' }, /no template named "pager"; there are: apprise, slack/],
    [{ name: 'toString' }, /no template named "toString"/],
    [{ name: 'slack', text: '{}' }, /text and a content type of its own/],
    [{ text: '{"a":"{{titel}}"}' }, /no placeholder "titel"; there are: title, body/],
    [{ text: '{"a":"{{constructor}}"}' }, /no placeholder "constructor"/],
    [{ text: '{"a":"{{}}"}' }, /no placeholder ""/],
    [{ text: '{"a":{{title}}}' }, /is not JSON .*inside quotes/],
    [{ text: '{"a":"{{title}"}' }, /not closed/],
    [{ text: '{"{{title}}":1}' }, /name of a member/],
    [{ text: 'a {{title', contentType: 'text/plain' }, /not closed/],
    [{ text: ' ', contentType: 'text/plain' }, /1 to 8192 bytes/],
    [{ text: JSON.stringify('ä'.repeat(webhookLimits.templateBytes / 2)) }, /1 to 8192 bytes/],
    [{ text: JSON.stringify('{{id}}'.repeat(placeholders + 1)) }, /at most 64 placeholders/],
    [{ text: deep }, /levels deep/],
    [{ text: '<b>{{title}}</b>', contentType: 'text/html' }, /one of application\/json/],
    [{ name: 'ntfy' }, /needs "topic"/],
    [{ name: 'slack', constants: { tag: 'ops' } }, /takes no "tag"; it takes: nothing/],
    [{ text: '{}', constants: { title: 'x' } }, /"title" can not be set/],
    [{ text: '{}', constants: { 'a b': 'x' } }, /"a b" can not be set/],
    [
      { text: '{}', constants: { a: 'x'.repeat(webhookLimits.templateConstantCharacters + 1) } },
      /more than 512/,
    ],
  ];
  for (const [more, why] of refused)
    assert.throws(
      () => readTemplate(given(more)),
      (error) => error instanceof HubError && error.code === 'invalidRequest' && why.test(error.message),
      JSON.stringify(more),
    );
});

test('each preset writes what its service takes, and escapes what it would act on', () => {
  const values = { title: 'A <b> & @everyone', body: '', link: 'https://a.example/?x=1&y=2' };
  const told = (name: string, constants = {}) => JSON.parse(fill({ name, constants }, values));
  assert.deepEqual(told('apprise', { tag: 'ops' }), { title: values.title, body: values.title, tag: 'ops' });
  assert.match(told('slack').text, /^\*A &lt;b&gt; &amp; @everyone\*\n\nhttps:/);
  assert.deepEqual(told('discord').allowed_mentions, { parse: [] });
  const [card] = told('teams').attachments;
  assert.deepEqual(
    card.content.body.map(({ text }: { text: string }) => text),
    [values.title, values.title],
  );
  assert.equal(card.content.actions[0].url, values.link);
  assert.equal(told('ntfy', { topic: 'mine' }).click, values.link);
  for (const { takes, needs } of Object.values(presets))
    for (const each of needs) assert.ok(takes.includes(each));
});

test('what a service would refuse as too long is cut, by characters', () => {
  const { content } = JSON.parse(
    fill(
      { name: 'discord' },
      { title: '🔔'.repeat(limits.titleBytes), body: 'x'.repeat(limits.visualBodyBytes) },
    ),
  );
  assert.ok([...content].length <= 2000);
  assert.match(content, /🔔…\*\*\nx+…$/u);
});

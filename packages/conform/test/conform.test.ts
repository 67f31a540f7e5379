// Every case holds against a real hub on both stores, and none passes without looking: for each section a hub with one
// planted fault fails. `carillon conform` reports what a run found.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import { SaxesParser } from 'saxes';
import { conform, type RunResult } from '../src/index.ts';
import { sections } from '../src/sections.ts';
import { mutants } from './mutants.ts';
import { type MutatingProxy, openMutatingProxy } from './mutating-proxy.ts';

function tokensOf(hub: TestHub) {
  return {
    token: hub.token({ user: 'alice' }),
    secondToken: hub.token({ user: 'bob' }),
    appToken: hub.token(),
    otherAppToken: hub.token({ user: 'alice', app: 'app-b' }),
    operatorToken: hub.token({ admin: true }),
  };
}

function assertHolds({ cases, failed, skipped }: RunResult): void {
  const not = cases.filter(({ outcome }) => outcome !== 'passed');
  assert.deepEqual([not, failed, skipped], [[], 0, 0]);
}

suite('conformance', () => {
  let proxy: MutatingProxy;
  let hub: TestHub;

  before(async () => {
    proxy = await openMutatingProxy();
    hub = await startHub({ settings: { 'public-url': proxy.url, 'allow-private-push': true } });
    proxy.upstream = hub.baseUrl;
  });

  after(async () => {
    await hub?.close();
    await proxy?.close();
  });

  const options = () => ({ baseUrl: proxy.url, ...tokensOf(hub) });

  test('every section has a planted fault', () => {
    assert.deepEqual(
      [...new Set(sections.map(({ number }) => number))],
      [...new Set(mutants.map(({ section }) => section))],
    );
  });

  test('every case holds on SQLite, and what was made is removed', async () => {
    assertHolds(await conform(options()));
    for (const path of ['notifications', 'notificationSubscriptions']) {
      const { json } = await hub.request('GET', `/v1.0/me/${path}`, { token: hub.token({ user: 'alice' }) });
      assert.deepEqual(json.value, []);
    }
  });

  test('every case holds on PostgreSQL', async () => {
    await using other = await startHub({ store: 'postgres', settings: { 'allow-private-push': true } });
    assertHolds(await conform({ baseUrl: other.baseUrl, ...tokensOf(other) }));
  });

  for (const { section, what, fault } of mutants) {
    test(`section ${section} finds a hub where ${what}`, async () => {
      proxy.fault = fault;
      try {
        const { failed, cases } = await conform({ ...options(), only: [section], bail: true });
        assert.equal(failed, 1, cases.map(({ name }) => name).join('\n'));
      } finally {
        proxy.fault = {};
      }
    });
  }

  test('the command reports as text, JSON and JUnit, and ends with 1 when a case fails', async (context) => {
    const cli = commandLine(context);
    const run = (...args: string[]) =>
      cli.runBeside([
        'conform',
        '--base-url',
        proxy.url,
        '--token',
        options().token,
        '--section',
        '1',
        '3',
        ...args,
      ]);
    const file = join(cli.path, 'report.xml');
    const [text, json, junit] = await Promise.all([
      run(),
      run('--json'),
      run('--report', 'junit', '--output', file),
    ]);
    assert.deepEqual([text.status, json.status, junit.status], [0, 0, 0], text.stderr);
    assert.match(text.stdout, /^✔ 1 a trailing slash is accepted everywhere$/m);
    assert.match(text.stdout, /^– 3 .*\n {4}no secondToken was given$/m);
    assert.match(text.stdout, /\n8 passed, 0 failed, 5 skipped\n$/);
    const report = JSON.parse(json.stdout);
    assert.deepEqual([report.baseUrl, report.passed, report.failed, report.skipped], [proxy.url, 8, 0, 5]);
    assert.deepEqual(attributesOf(readFileSync(file, 'utf8')), {
      testsuites: { tests: '13', failures: '0', skipped: '5' },
      testcase: 13,
      skipped: 5,
    });
    proxy.fault = mutants[0]?.fault ?? {};
    try {
      const failed = await run('--report', 'junit');
      assert.equal(failed.status, 1);
      assert.equal(attributesOf(failed.stdout).failure, 1);
    } finally {
      proxy.fault = {};
    }
  });

  test('a hub that is not there, a token that is nobody’s and an unknown section are one line', async (context) => {
    const cli = commandLine(context);
    const run = (url: string, token: string, ...args: string[]) =>
      cli.runBeside(['conform', '--base-url', url, '--token', token, ...args]);
    const nowhere = await run('http://127.0.0.1:9', 'x');
    assert.deepEqual([nowhere.status, nowhere.stdout], [1, '']);
    assert.match(nowhere.stderr, /^carillon: the hub at http:\/\/127\.0\.0\.1:9 can not be reached.*\n$/);
    assert.match((await run(proxy.url, 'x')).stderr, /^carillon: the hub does not take the token: 401 .*\n$/);
    assert.match(
      (await run(proxy.url, options().token, '--section', '99')).stderr,
      /there is no section 99: 1, 2, 2\.1/,
    );
  });
});

/** How often each element stands in JUnit's XML, and the totals. Throws for what is not well-formed. */
function attributesOf(xml: string): Record<string, unknown> {
  const found: Record<string, number> = {};
  let totals = {};
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'testsuites') {
      const { tests, failures, skipped } = attributes as Record<string, string>;
      totals = { tests, failures, skipped };
    } else if (name !== 'testsuite') found[name] = (found[name] ?? 0) + 1;
  });
  parser.write(xml).close();
  return { testsuites: totals, ...found };
}

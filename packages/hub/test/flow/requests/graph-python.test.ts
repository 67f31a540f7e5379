// Microsoft's core client for Python, as PyPI has it, with another base URL: batches that it collects and takes apart.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startHub } from '@carillon/testing/hub/hub.ts';
import { findPython, runPython } from '@carillon/testing/machine/python/python.ts';

interface Part {
  readonly status: number;
  readonly location: string | null;
  readonly body: string | null;
}

interface Answers {
  readonly many: Readonly<Record<string, Part>>;
  readonly chain: Readonly<Record<string, Part>>;
}

const script = join(import.meta.dirname, '..', '..', 'fixtures', 'graph-batches.py');
// It imports the second without naming it among what it needs.
const beside = ['microsoft-kiota-serialization-json', 'deprecated'];
const python = findPython({
  name: 'msgraph-core',
  version: '1.5.2',
  module: 'msgraph_core.requests.batch_request_builder',
  beside,
});

for (const version of ['beta', 'v1.0']) {
  test(`msgraph-core for Python on ${version}: twenty posts in a batch, and parts that depend on each other`, async (context) => {
    if (!python) return context.skip('msgraph-core for Python can not be installed here');
    await using hub = await startHub();
    const args = [script, `${hub.baseUrl}/${version}`, hub.token({ user: 'alice' })];
    const { many, chain } = (await runPython(python, args, {})) as Answers;
    const statuses = (parts: Readonly<Record<string, Part>>) =>
      Object.values(parts).map(({ status }) => status);
    assert.deepEqual(statuses(many), Array(20).fill(201));
    assert.match(many['post 7']?.location ?? '', new RegExp(`^${hub.baseUrl}/${version}/me/notifications/`));
    assert.deepEqual(statuses(chain), [404, 424, 200]);
    assert.equal(chain.count?.body, '20');
  });
}

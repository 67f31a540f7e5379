// Clients that generators made of docs/openapi.json, Python's openapi-python-client and Go's oapi-codegen, against a hub: the
// document holds for programs. Both do the same and print what they saw.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { hosts, startHub } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { openReceiver } from '@carillon/testing/hub/webhook-receiver.ts';
import { findGoTool, runGo } from '@carillon/testing/machine/go/go.ts';
import { findPython, runPython } from '@carillon/testing/machine/python/python.ts';

const hub = await startHub({ settings: { dev: true } });
after(hub.close);
const folder = tempFolder();
after(folder.remove);
const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'openapi');
const document = join(import.meta.dirname, '../../../../../docs/openapi.json');

const expected = {
  posted: [201, 'Deploy?', null],
  found: [[true, 'High'], 1],
  changed: 'read',
  late: [412, 'resourceModified'],
  answered: ['yes', 'user'],
  delta: [['SelectedNotification', true], ['RemovedNotification', false], 0],
  device: [201, ['windows']],
  watched: ['created', true],
  refused: ['invalidRequest', '$filter'],
  absent: 'itemNotFound',
};

function generate(program: string, args: readonly string[], cwd = folder.path): void {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd });
  assert.equal(status, 0, `${stdout}${stderr}`);
}

const python = findPython({
  ...{ name: 'openapi-python-client', version: '0.29.1', module: 'openapi_python_client' },
});

test('a client for Python is generated from the document, and works', async (context) => {
  if (!python) return context.skip('openapi-python-client can not be installed here');
  await using receiver = await openReceiver();
  const target = join(folder.path, 'hub');
  const generator = join(dirname(python), 'openapi-python-client');
  generate(generator, ['generate', '--path', document, '--output-path', target, '--meta', 'none']);
  const args = [folder.path, hub.baseUrl, hub.token({ user: 'alice' }), hosts['app-a'], receiver.url];
  assert.deepEqual(await runPython(python, [join(fixtures, 'client.py'), ...args], {}), expected);
});

const oapiCodegen = { path: 'github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen', version: 'v2.8.2' };

test('a client for Go is generated from the document, and works', async (context) => {
  const generator = findGoTool(oapiCodegen);
  if (!generator) return context.skip('oapi-codegen can not be installed here');
  await using receiver = await openReceiver();
  const target = join(folder.path, 'go');
  cpSync(join(fixtures, 'go'), target, { recursive: true });
  mkdirSync(join(target, 'hub'));
  generate(generator, ['-config', 'oapi-codegen.yaml', document], target);
  const args = [hub.baseUrl, hub.token({ user: 'bob' }), hosts['app-a'], receiver.url];
  assert.deepEqual(await runGo(target, args), expected);
});

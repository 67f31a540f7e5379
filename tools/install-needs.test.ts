// What an install says and does, with a program in place of apt-get that plays the machine.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Need } from '@carillon/testing/machine/needs.ts';
import { InstallError, type InstallOptions, installNeeds } from './install-needs.ts';
import { needsOf } from './needs-of.ts';

const wanted: readonly Need[] = [
  { name: 'a server', program: 'carillon-test-server', packages: ['test-server'] },
  { name: 'a browser', program: 'carillon-test-browser', packages: ['test-browser', 'test-fonts'] },
];

/** `$@` are apt's arguments, `$folder` is on PATH; it installs what is wanted where the lists have been fetched. */
const installs = `
  install)
    [ -e "$folder/lists" ] || { echo 'E: Unable to locate package test-server' >&2; exit 100; }
    for name in server browser; do echo > "$folder/carillon-test-$name"; done ;;`;
const fetches = 'update) echo > "$folder/lists" ;;';

/** A machine whose apt-get has these cases; null: it has none. */
function machine(context: TestContext, cases: string | null) {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-needs-'));
  const path = process.env.PATH;
  context.after(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });
  const log = join(folder, 'log');
  if (cases !== null) {
    const script = `#!/bin/sh\nfolder='${folder}'\necho "$@" >> "$folder/log"\ncase "$1" in ${cases} esac\n`;
    writeFileSync(join(folder, 'apt-get'), script);
    chmodSync(join(folder, 'apt-get'), 0o755);
  }
  process.env.PATH = cases === null ? folder : [folder, path].join(delimiter);
  const said: string[] = [];
  return {
    said,
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(1) : []),
    install: (options: InstallOptions = {}) =>
      installNeeds(wanted, { isRoot: true, say: (line) => said.push(line), lockWaitSeconds: 30, ...options }),
  };
}

const install =
  'install -y --no-install-recommends -o DPkg::Lock::Timeout=30 test-server test-browser test-fonts';

async function sentenceOf(failing: Promise<void>): Promise<string> {
  const error = await failing.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof InstallError, String(error));
  assert.match(error.message, /^[^\n]+[^.\n]\.$/);
  return error.message;
}

test('all that is missing is installed in one go, and the lists are fetched where there are none', async (context) => {
  const { install: run, calls, said } = machine(context, `${installs} ${fetches}`);
  await run();
  assert.deepEqual(calls(), [install, 'update', install]);
  assert.match(
    said.join('\n'),
    /^The tests need a server, a browser: installing test-server, test-browser, test-fonts \.\.\.\nFetched the package lists in \d+ s\.\nInstalled in \d+ s\.$/,
  );
  await run();
  assert.equal(calls().length, 3, 'what is there is not asked for again');
});

test('locks of other programs are waited for', async (context) => {
  const busy = `
    update)
      [ -e "$folder/seen" ] || { echo > "$folder/seen"; echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1' >&2; exit 100; }
      echo > "$folder/lists" ;;`;
  const { install: run, calls } = machine(context, `${installs} ${busy}`);
  await run();
  assert.deepEqual(calls(), [install, 'update', 'update', install]);
});

test('one sentence says that a lock is held for too long', async (context) => {
  const busy =
    "install) echo 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1' >&2; exit 100 ;;";
  const sentence = await sentenceOf(machine(context, busy).install({ lockWaitSeconds: 0 }));
  assert.match(sentence, /failed: another program holds the lock of apt or dpkg\.$/);
});

test('one sentence says that the network is away', async (context) => {
  const away =
    'update) echo "W: Failed to fetch http://deb.example/InRelease  Temporary failure resolving \'deb.example\'" ;;';
  const sentence = await sentenceOf(machine(context, `${installs} ${away}`).install());
  assert.match(sentence, /`apt-get install test-server test-browser test-fonts` failed/);
  assert.match(
    sentence,
    /check the network: Failed to fetch .* Temporary failure resolving 'deb\.example'\.$/,
  );
});

test('one sentence gives the reason of apt-get', async (context) => {
  const full = "install) echo 'E: You have too little free space.' >&2; exit 100 ;; update) ;;";
  const sentence = await sentenceOf(machine(context, full).install());
  assert.match(sentence, /failed: You have too little free space\.$/);
});

test('one sentence says which command root runs', async (context) => {
  const { install: run, calls } = machine(context, `${installs} ${fetches}`);
  const sentence = await sentenceOf(run({ isRoot: false }));
  assert.match(
    sentence,
    /only root can install: run `apt-get install test-server test-browser test-fonts`\.$/,
  );
  assert.deepEqual(calls(), []);
});

test('one sentence says that another system installs by hand', async (context) => {
  const sentence = await sentenceOf(machine(context, null).install());
  assert.equal(
    sentence,
    'The tests need a server, a browser; this system has no apt-get, so install them yourself.',
  );
});

test('a test file needs what it imports, directly or through others', () => {
  const root = join(import.meta.dirname, '..');
  const names = (file: string) => needsOf([file], root).map(({ name }) => name);
  assert.deepEqual(names('packages/hub/test/contract/nats-bus.test.ts'), ['PostgreSQL', 'nats-server']);
  assert.deepEqual(names('packages/client/test/chromium.test.ts').includes('Chromium'), true);
  assert.deepEqual(names('packages/hub/src/feed/commit.test.ts'), []);
});

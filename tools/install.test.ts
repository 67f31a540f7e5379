// The installation of a fresh clone, with a package manager of the test's own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';

const packages = {
  '': {},
  'packages/hub': {},
  'node_modules/hub': { link: true },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/node': { version: '24.0.0' },
  'node_modules/elsewhere': { version: '1.0.0', os: ['nowhere'], optional: true },
};

/** Runs tools/install.js in a clone where `npm` is that shell script. */
function install(context: TestContext, npm: string) {
  const root = mkdtempSync(join(tmpdir(), 'carillon-install-'));
  context.after(() => rmSync(root, { recursive: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('package.json', '{"type":"module"}');
  write('package-lock.json', JSON.stringify({ packages }));
  const { '': _root, 'node_modules/elsewhere': _other, ...installed } = packages;
  write('installed.json', JSON.stringify({ packages: installed }));
  write('bin/npm', `#!/bin/sh\n${npm}`);
  chmodSync(join(root, 'bin/npm'), 0o755);
  mkdirSync(join(root, 'tools'));
  copyFileSync(join(import.meta.dirname, 'install.js'), join(root, 'tools/install.js'));
  const log = join(root, 'log.txt');
  const run = () =>
    spawnSync(process.execPath, [join(root, 'tools/install.js')], {
      env: { ...process.env, PATH: `${join(root, 'bin')}:/usr/bin:/bin` },
      stdio: ['ignore', 'ignore', openSync(log, 'w')],
    });
  return { run, said: () => readFileSync(log, 'utf8') };
}

test('it says how many packages are unpacked, and is silent once all is installed', (context) => {
  const { run, said } = install(
    context,
    `mkdir -p node_modules/a node_modules/node/bin && touch node_modules/a/package.json
     until grep -q '1 of 2 packages unpacked' log.txt; do sleep 0.05; done
     printf '#!/bin/sh\\n' > node_modules/node/bin/node && chmod +x node_modules/node/bin/node
     cp installed.json node_modules/.package-lock.json`,
  );
  assert.equal(run().status, 0, said());
  assert.match(
    said(),
    /^Installing 2 packages .*\n {2}1 of 2 packages unpacked, \d+ s\n[\s\S]*Installed 2 packages in \d+ s\.\n$/,
  );
  assert.equal(run().status, 0);
  assert.equal(said(), '');
});

test('when npm fails, what it said is followed by what to do', (context) => {
  const { run, said } = install(context, 'echo "npm error network" >&2; exit 7');
  assert.equal(run().status, 1);
  assert.match(
    said(),
    /npm error network\n\n`npm ci` failed \(exit code 7\).*\nIt needs the package registry: /,
  );
});

test('a machine without npm is told what to install', (context) => {
  const { run, said } = install(context, 'exit 127');
  assert.equal(run().status, 1);
  assert.match(said(), /npm is not on PATH\. Install Node 20 or later together with npm, and try again\.\n$/);
});

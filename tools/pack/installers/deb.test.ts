// The package holds what its service needs with modes of its own, whatever the umask of who packs it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDeb } from './deb.ts';

test('its folders are open to the user of the service under a strict umask too', () => {
  const outFolder = mkdtempSync(join(tmpdir(), 'carillon-deb-'));
  const executable = join(outFolder, 'carillon');
  writeFileSync(executable, '#!/bin/sh\n');
  const before = process.umask(0o077);
  try {
    const file = makeDeb({ version: '1.2.3', executable, work: join(outFolder, 'work'), outFolder });
    assert.ok(file);
    assert.equal(process.umask(), 0o077);
    const { stdout } = spawnSync('dpkg-deb', ['--contents', join(outFolder, file)], { encoding: 'utf8' });
    assert.match(stdout, /^drwxr-xr-x root\/root .* \.\/etc\/carillon\/$/m);
    assert.doesNotMatch(stdout, /^drwx------/m);
    assert.match(stdout, /^-rwxr-xr-x .* \.\/usr\/bin\/carillon$/m);
  } finally {
    process.umask(before);
  }
});

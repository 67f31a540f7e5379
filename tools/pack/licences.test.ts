// Whoever adopts the hub takes over the licences of what ships with it: those of all production dependencies, as the lock
// file has them, stand on a short list of permissive ones.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');
const allowed = [
  'Apache-2.0',
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
];

interface Locked {
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly license?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
);
const shipped = Object.entries(lock.packages).filter(
  ([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link,
);

test('every production dependency has a licence of the list, a checksum, and no script at install', () => {
  assert.ok(shipped.length > 50);
  const faults = shipped.flatMap(([path, { license = 'none', integrity, hasInstallScript = false }]) => [
    ...(allowed.includes(license) ? [] : [`${path}: licence ${license}`]),
    ...(integrity?.startsWith('sha512-') ? [] : [`${path}: no SHA-512`]),
    ...(hasInstallScript ? [`${path}: runs a script at install`] : []),
  ]);
  assert.deepEqual(faults, []);
});

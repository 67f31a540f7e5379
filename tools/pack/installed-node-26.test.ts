// The published packages on Node 26, beside the pinned 24: a file of its own, since an install takes its time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { Installed, installNode } from './installed.ts';
import { testOn } from './installed-commands.ts';
import { packAll } from './pack.ts';

const folder = mkdtempSync(join(tmpdir(), 'carillon-node-26-'));
const installed = new Installed();
let node: string;

before(async () => {
  const packing = packAll(join(folder, 'tarballs'), 'ifChanged');
  [node] = await Promise.all([
    installNode(26, join(folder, 'node')),
    packing.then((packed) => installed.install(packed.map(({ tarball }) => tarball))),
  ]);
});

after(() => {
  installed.remove();
  rmSync(folder, { recursive: true, force: true });
});

testOn({ installed, node: () => node });

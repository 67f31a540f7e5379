// The published packages on Node 26, beside the pinned 24: a file of its own, since an install takes its time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { Installed, installNode } from './installed.ts';
import { testOn } from './installed-commands.ts';
import { packOnce } from './pack-once.ts';

const folder = mkdtempSync(join(tmpdir(), 'carillon-node-26-'));
const installed = new Installed();
let node: string;

// A suite's own hook removes the folder: on a busy disk that takes longer than the end of a file may.
describe('installed into an empty folder, on Node 26', () => {
  before(async () => {
    [node] = await Promise.all([
      installNode(26, folder),
      packOnce().then((packed) => installed.install(packed.map(({ tarball }) => tarball))),
    ]);
  });

  after(() => {
    installed.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  testOn({ installed, node: () => node });
});

// Links between documents lead somewhere: the file exists, and so does the heading that they name.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { documentPaths, readDocument, root } from './documents.ts';

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  const plain = heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '');
  return plain.replaceAll(' ', '-');
}

function anchorsOf(path: string): string[] {
  return [...readDocument(path).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading as string));
}

for (const path of documentPaths()) {
  test(`the links of ${path} lead somewhere`, () => {
    const broken: string[] = [];
    for (const [, link = ''] of readDocument(path).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file = '', anchor] = link.split('#', 2);
      const target = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(root, target))) broken.push(link);
      else if (anchor !== undefined && !anchorsOf(target).includes(anchor)) broken.push(link);
    }
    assert.deepEqual(broken, []);
  });
}

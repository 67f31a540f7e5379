// Every shell block of every document is run as it stands, in the order of its document, or the table below says why not.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '@carillon/testing/hub/hub.ts';
import { documentPaths, readDocument, type ShellBlock, shellBlocksOf } from './documents.ts';
import { Reader } from './reader.ts';

interface Exception {
  readonly document: string;
  /** Every block of the document that begins so. */
  readonly begins: string;
  readonly because: string;
}

const notRun: readonly Exception[] = [
  {
    document: 'docs/deploying.md',
    begins: 'docker',
    because: 'it needs Docker; tools/deploy lints the image and the compose file against the hub',
  },
  {
    document: 'docs/deploying.md',
    begins: 'helm',
    because: 'it needs Helm and a cluster; tools/deploy/chart.test.ts checks what Helm made of the chart',
  },
  {
    document: 'docs/deploying.md',
    begins: 'kubectl',
    because: 'it needs a cluster; tools/deploy checks the manifests against the hub',
  },
  ...['pip install', 'go install'].map((begins) => ({
    ...{ document: 'docs/clients.md', begins },
    because: 'packages/hub/test/flow/requests/generated-clients.test.ts runs the same generators',
  })),
  {
    document: 'docs/operating.md',
    begins: 'CARILLON_DATABASE_URL=',
    because: 'it needs PostgreSQL; packages/hub/test/flow/operating/migrate.test.ts runs the command',
  },
  {
    document: 'docs/compat.md',
    begins: 'cp node_modules',
    because: 'it needs the packed client; tools/pack/pack.test.ts runs its classic scripts',
  },
  {
    document: 'packages/hub/README.md',
    begins: 'npm run pack',
    because: 'tools/pack/installed.test.ts packs and installs the same tarballs',
  },
];

/** What a reader sees in the end, beyond commands that succeed. */
const shows: Readonly<Record<string, readonly RegExp[]>> = {
  'README.md': [
    /"unreadCount":1,"value":\{.*"title":"Lunch is ready"/,
    /"unreadCount":0,"value":\{.*"userActionState":"dismissed"/,
  ],
  'examples/app-service/README.md': [/[0-9a-f-]{36}: android skipped/],
};

function exceptionOf({ document, text }: ShellBlock): Exception | undefined {
  return notRun.find((each) => each.document === document && text.startsWith(each.begins));
}

const blocks = documentPaths().flatMap(shellBlocksOf);

test('every exception is of a block that a document still shows', () => {
  for (const each of notRun) {
    const of = blocks.filter((block) => exceptionOf(block) === each);
    assert.ok(of.length > 0, `${each.document}: ${each.begins}`);
  }
});

test('commands stand in blocks marked sh, where these tests find them', () => {
  const isLoose = /^(?: {4}|\t)(?:npm|npx|curl|docker|kubectl|node_modules\/)/m;
  for (const path of documentPaths()) assert.doesNotMatch(readDocument(path), isLoose, path);
});

for (const [document, all = []] of Map.groupBy(blocks, (block) => block.document)) {
  const runnable = all.filter((block) => !exceptionOf(block));
  if (runnable.length === 0) continue;
  describe(document, () => {
    let reader: Reader;
    before(async () => {
      reader = await Reader.open({ hasTls: readDocument(document).includes('npm start -- --tls-dev') });
    });
    after(() => reader.close());
    for (const { text, firstLine } of runnable) {
      test(`works: ${firstLine}`, async () => {
        const output = await reader.paste(text);
        if (/^curl /m.test(text)) assert.match(output, /"(@odata\.context|id|updatedCount)"|^event: /m);
      });
    }
    for (const pattern of shows[document] ?? []) {
      test(`shows ${pattern}`, async () => {
        await until(() => pattern.test(reader.output), `${pattern} is shown`);
      });
    }
  });
}

// A round trip of several statements against a real server: what it answers, what a failure leaves behind, and that a
// connection goes on working after each.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { sharedPostgres } from '@carillon/testing/machine/postgres.ts';
import { Client } from 'pg';
import { arraysOf, type Column, namesOf, unnest } from '../../src/store/postgres/feed/tables.ts';
import type { Element } from '../../src/store/postgres/wire/packet.ts';
import { begin, commit, pipeline, rollback, statement } from '../../src/store/postgres/wire/pipeline.ts';
import { StoreError } from '../../src/store/store.ts';

const insert = statement('INSERT INTO item(id, big, name, flag) VALUES ($1, $2, $3, $4) RETURNING id');
const read = statement('SELECT id, big, name, flag FROM item ORDER BY id');
const count = statement('SELECT count(*)::int AS n FROM item');
const absent = statement('SELECT * FROM absent');
const plain = (each: typeof read) => ({ statement: each, values: [] });
const item = (id: number, name: string | null = 'x') => ({
  statement: insert,
  values: [id, 2 ** 52, name, true],
});
const refused = (fault: string, code: string) => (error: unknown) =>
  error instanceof StoreError && error.fault === fault && error.message.includes(code);

let url = '';
let client: Client;

async function connect(more: object = {}): Promise<Client> {
  const opened = new Client({ connectionString: url, ...more });
  opened.on('error', () => {});
  await opened.connect();
  return opened;
}

before(async () => {
  const server = await sharedPostgres();
  url = await server.createDatabase();
  client = await connect();
  await client.query('CREATE TABLE item(id integer PRIMARY KEY, big bigint, name text, flag boolean)');
});
after(() => client.end());

test('each statement has its own answer, also one that is there twice, and the first time as the second', async () => {
  for (const first of [1, 3]) {
    const asks = [plain(begin), item(first), item(first + 1, null), plain(read), plain(commit)];
    const answers = await pipeline(client, asks);
    assert.deepEqual(
      answers.map(({ command, rowCount }) => [command, rowCount]),
      [
        ['BEGIN', null],
        ['INSERT', 1],
        ['INSERT', 1],
        ['SELECT', first + 1],
        ['COMMIT', null],
      ],
    );
    assert.deepEqual(answers[3]?.rows.slice(-2), [
      { id: first, big: 2 ** 52, name: 'x', flag: true },
      { id: first + 1, big: 2 ** 52, name: null, flag: true },
    ]);
  }
});

test('a failure undoes the transaction and what follows it; the connection has come to its end before it is told', async () => {
  const fresh = await connect();
  const before = (await pipeline(fresh, [plain(count)]))[0]?.rows[0]?.n;
  const failing = [plain(begin), item(100), item(1), item(101), plain(commit)];
  await assert.rejects(pipeline(fresh, failing), refused('poison', '23505'));
  assert.equal(fresh.getTransactionStatus(), 'E');
  await assert.rejects(pipeline(fresh, [plain(count)]), refused('poison', '25P02'));
  await pipeline(fresh, [plain(rollback)]);
  assert.equal((await pipeline(fresh, [plain(count)]))[0]?.rows[0]?.n, before);
  await fresh.end();
});

test('a statement that failed to be prepared, and those behind it, can be asked again', async () => {
  const fresh = await connect();
  await assert.rejects(
    pipeline(fresh, [plain(count), plain(absent), plain(read)]),
    refused('poison', '42P01'),
  );
  assert.equal(fresh.getTransactionStatus(), 'I');
  await fresh.query('CREATE TABLE absent(a int)');
  const [found, , rows] = await pipeline(fresh, [plain(count), plain(absent), plain(read)]);
  assert.equal(found?.rows[0]?.n, rows?.rows.length);
  await fresh.end();
});

test('two that are asked at once on one connection each have their own answers', async () => {
  const nth = statement('SELECT $1::int AS n, $2::text AS name');
  const asked = [1, 2, 3].map((n) =>
    pipeline(client, [{ statement: nth, values: [n, 'x'.repeat(n * 1000)] }]),
  );
  const rows = (await Promise.all(asked)).map(([answer]) => answer?.rows[0]);
  assert.deepEqual(
    rows,
    [1, 2, 3].map((n) => ({ n, name: 'x'.repeat(n * 1000) })),
  );
});

test('what is not answered in time, or ever, is told as a store that is away', async () => {
  const late = await connect({ query_timeout: 100 });
  const sleep = { statement: statement('SELECT pg_sleep(5)'), values: [] };
  await assert.rejects(pipeline(late, [sleep]), refused('unavailable', 'timeout'));
  await late.end();
  const ended = await connect();
  const { rows } = await ended.query('SELECT pg_backend_pid() AS pid');
  const waiting = assert.rejects(pipeline(ended, [sleep, plain(count)]), refused('unavailable', ''));
  await client.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
  await waiting;
});

test('the driver, whose internals a round trip uses, is the one version that package.json names', () => {
  const require = createRequire(import.meta.url);
  const { dependencies } = require('../../package.json');
  assert.equal(dependencies.pg, require('pg/package.json').version);
});

interface Nounlike {
  readonly flag: Element;
  readonly small: Element;
  readonly whole: Element;
  readonly big: Element;
  readonly name: Element;
  readonly key: Element;
}

const columns: readonly Column<Nounlike>[] = [
  { name: 'flag', type: 'boolean', of: ({ flag }) => flag },
  { name: 'small', type: 'smallint', of: ({ small }) => small },
  { name: 'whole', type: 'integer', of: ({ whole }) => whole },
  { name: 'big', type: 'bigint', of: ({ big }) => big },
  { name: 'name', type: 'text', of: ({ name }) => name },
  { name: 'key', type: 'uuid', of: ({ key }) => key },
];
const echo = statement(`SELECT ${namesOf(columns)} FROM ${unnest(columns)}`);
const echoed = async (nouns: readonly Nounlike[]) =>
  (await pipeline(client, [{ statement: echo, values: arraysOf(columns, nouns) }]))[0]?.rows;

test('columns of rows arrive as they are: every type, none, negative, long, of any script', async () => {
  const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const nouns: Nounlike[] = [
    { flag: true, small: -1, whole: 2 ** 31 - 1, big: 2 ** 53 - 1, name: '', key },
    { flag: false, small: 32767, whole: -(2 ** 31), big: -(2 ** 53) + 1, name: 'é 漢字 🎉 {"a",\\}', key },
    { flag: null, small: null, whole: null, big: null, name: null, key: null },
    { flag: true, small: 0, whole: 0, big: 0, name: '漢'.repeat(700_000), key },
    { flag: true, small: 0, whole: 0, big: 2 ** 32, name: 'after', key },
  ];
  const shown = nouns.map((noun) => ({
    ...noun,
    key: noun.key && '00112233-4455-6677-8899-aabbccddeeff',
  }));
  assert.deepEqual(await echoed(nouns), shown);
  assert.deepEqual(await echoed([]), []);
  assert.deepEqual(await echoed(nouns.slice(0, 3)), shown.slice(0, 3));
});

test('a number that is none of its type is refused before anything is sent, and the connection goes on', async () => {
  const noun = { flag: true, small: 0, whole: 0, big: 0.5, name: 'x', key: null };
  await assert.rejects(echoed([noun]), RangeError);
  await assert.rejects(echoed([{ ...noun, big: 1, small: 40_000 }]), RangeError);
  assert.equal((await echoed([{ ...noun, big: 1 }]))?.length, 1);
});

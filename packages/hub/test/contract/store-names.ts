// The contract of the feed store for names, for every back end: a user is found by the subject, or by the name in any
// case and however its characters are composed, by the same folding everywhere.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { postWrite, startMs } from '@carillon/testing/feed/writes.ts';
import { userKey } from '../../src/model/principal.ts';
import type { FeedStore } from '../../src/store/store.ts';
import type { OpenStore } from './store.ts';

const issuer = 'https://issuer.example';

/** Names that SQL folds otherwise in one store or the other, each with spellings of the same name and of another. */
export const spellings = [
  {
    name: 'jos\u00E9@contoso.example',
    same: ['jose\u0301@contoso.example', 'JOSE\u0301@Contoso.Example'],
    other: 'jose@contoso.example',
  },
  {
    name: 'A\u0308\u00D6@contoso.example',
    same: ['\u00E4\u00F6@contoso.example', '\u00C4o\u0308@CONTOSO.example'],
    other: 'ao@contoso.example',
  },
  {
    name: '\u0130zmir@contoso.example',
    same: ['i\u0307zmir@contoso.example'],
    other: 'izmir@contoso.example',
  },
  {
    name: 'Stra\u00DFe@contoso.example',
    same: ['STRA\u1E9EE@contoso.example'],
    other: 'strasse@contoso.example',
  },
  { name: 'J\u030Can@contoso.example', same: ['\u01F0an@contoso.example'], other: 'jan@contoso.example' },
];

export function namesContract(name: string, open: OpenStore): void {
  describe(`${name}: names`, () => names(open));
}

function named(subject: string, name: string) {
  const owner = { issuer, subject, name };
  return postWrite({ user: userKey(issuer, subject), owner });
}

async function found(store: FeedStore, name: string): Promise<string | null> {
  return (await store.read.findOwner(issuer, name))?.subject ?? null;
}

function names(open: OpenStore): void {
  test('a user is found by every spelling of the name, and by no other', async () => {
    await using opened = await open();
    const { store } = opened;
    await store.commit(
      spellings.map(({ name }, index) => named(`user ${index}`, name)),
      startMs,
    );
    for (const [index, { name, same, other }] of spellings.entries()) {
      for (const each of [name, ...same]) assert.equal(await found(store, each), `user ${index}`, each);
      assert.equal(await found(store, other), null, other);
    }
    assert.equal(await store.read.findOwner('https://other.example', spellings[0]?.name ?? ''), null);
  });

  test('a user who is renamed is found by the new name alone, and one whose name is a subject by that', async () => {
    await using opened = await open();
    const { store } = opened;
    await store.commit([named('one', 'Zo\u00EB'), named('two', 'one')], startMs);
    await store.commit([named('one', '\u00C9va')], startMs);
    assert.equal(await found(store, 'e\u0301va'), 'one');
    assert.equal(await found(store, 'zo\u00EB'), null);
    assert.equal(await found(store, 'one'), 'one');
    assert.equal(await found(store, 'ONE'), 'two');
  });

  test('of users with the same name the one of exactly that spelling is found, else the first by subject', async () => {
    await using opened = await open();
    const { store } = opened;
    await store.commit([named('b', 'Jos\u00E9'), named('a', 'JOS\u00C9'), named('c', 'jose\u0301')], startMs);
    assert.equal(await found(store, 'Jos\u00E9'), 'b');
    assert.equal(await found(store, 'jose\u0301'), 'c');
    assert.equal(await found(store, 'jos\u00E9'), 'a');
  });
}

// The contract of the feed store for names, for every back end: a user is found by the subject, or by the name in any
// case and however its characters are composed, by the same folding everywhere. Operators find what they can name.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alice, bob, deleteWrite, owner, postWrite, startMs } from '@carillon/testing/feed/writes.ts';
import { markUuid } from '../../src/lib/ids.ts';
import { userKey } from '../../src/model/principal.ts';
import { userShard } from '../../src/model/user-shard.ts';
import type { PostWrite } from '../../src/model/write.ts';
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
  looks(name, open);
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

/** Those that name no user. */
function looks(name: string, open: OpenStore): void {
  const marked = (write: PostWrite): PostWrite => ({
    ...write,
    id: markUuid(write.id, userShard(write.user)),
  });

  describe(`${name}: looks of operators`, () => {
    test('a notification is found by its id, whoever has it, and after it was removed', async () => {
      await using opened = await open();
      const { store } = opened;
      const posts = [alice, bob].map((user) => marked(postWrite({ user, owner: owner(user) })));
      await store.commit(posts, startMs);
      await store.commit([deleteWrite(posts[0]?.id ?? '')], startMs + 1);
      for (const { id, user } of posts) {
        const found = await store.read.findNotification(id);
        assert.deepEqual([found?.id, found?.user], [id, user]);
      }
      const [first] = posts;
      assert.ok(first);
      assert.equal(
        await store.read.findNotification(markUuid(first.id, (userShard(alice) + 1) % 4096)),
        null,
      );
      for (const none of ['', 'x', "'", first.id.replaceAll('-', '')]) {
        assert.equal(await store.read.findNotification(none), null);
        assert.equal(await store.read.findEarlier(none), null);
      }
      const plain = postWrite({ user: alice, owner: owner(alice) });
      const earlier = markUuid(plain.id, (userShard(alice) + 1) % 4096);
      await store.commit([{ ...plain, id: earlier }], startMs + 2);
      assert.equal(await store.read.findNotification(earlier), null);
      const found = await store.read.findEarlier(earlier);
      assert.deepEqual([found?.id, found?.user], [earlier, alice], 'an id that says another shard');
    });

    test('living ones of a name are found for all users and apps, up to a bound', async () => {
      await using opened = await open();
      const { store } = opened;
      const named = (user: typeof alice, app: string, appNotificationId: string) =>
        postWrite({ user, owner: owner(user), app, appNotificationId, sentAs: '{}' });
      const posts = [
        named(alice, 'app-a', 'order 7'),
        named(alice, 'app-b', 'order 7'),
        named(bob, 'app-a', 'order 7'),
        named(bob, 'app-a', 'order 8'),
      ];
      await store.commit(posts, startMs);
      const ids = async (limit: number) =>
        (await store.read.namedOfAll('order 7', limit)).map(({ id }) => id).sort();
      assert.deepEqual(
        await ids(9),
        posts
          .slice(0, 3)
          .map(({ id }) => id)
          .sort(),
      );
      assert.equal((await ids(2)).length, 2);
      await store.commit([deleteWrite(posts[0]?.id ?? '')], startMs + 1);
      assert.equal((await ids(9)).length, 2);
      for (const none of ['order', 'ORDER 7', '', '%', '\0'])
        assert.deepEqual(await store.read.namedOfAll(none, 9), []);
    });

    test('persons are found by how their names begin, in any case, in their order', async () => {
      await using opened = await open();
      const { store } = opened;
      const names = { [alice]: 'Ängström_one@contoso.example', [bob]: 'ängström%two@contoso.example' };
      for (const [user, called] of Object.entries(names))
        await store.commit(
          [postWrite({ user: user as typeof alice, owner: { issuer: 'i', subject: user, name: called } })],
          startMs,
        );
      const found = async (prefix: string, limit = 9) =>
        (await store.read.ownersByPrefix(prefix, limit)).map(({ name: called }) => called);
      assert.deepEqual(await found('ÄNGSTRÖM'), [names[bob], names[alice]]);
      assert.deepEqual(await found('ängström_'), [names[alice]]);
      assert.deepEqual(await found('ängström', 1), [names[bob]]);
      for (const none of ['ngström', 'ängström%two@contoso.example.', '\0'])
        assert.deepEqual(await found(none), []);
    });
  });
}

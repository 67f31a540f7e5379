// A read of several statements sees one commit, also when the writer's thread commits between two of them. Here a
// second connection commits after the first statement of each read.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { test } from 'node:test';
import { alice, outcome, postWrite, startMs, subscribeWrite } from '@carillon/testing/feed/writes.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { openFeedStore } from '../../src/store/sqlite/feed/feed-store.ts';
import { feedReads } from '../../src/store/sqlite/feed/reader.ts';
import type { FeedReader } from '../../src/store/store.ts';

const planner = new URL(import.meta.resolve('@carillon/testing/feed/declared-planner.ts'));
const content = JSON.stringify({
  groupName: null,
  priority: 'High',
  payload: { visualContent: { title: 'Lunch is ready' } },
  targetPolicy: { platformTypes: ['android'] },
  fallbackPolicy: null,
});

/** Calls `between` each time a statement has given a row. */
function interrupted(db: DatabaseSync, between: () => void): DatabaseSync {
  const after = (statement: StatementSync): StatementSync =>
    new Proxy(statement, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          const found = Reflect.apply(value, target, given);
          if (name === 'get' && found) between();
          return found;
        };
      },
    });
  return new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') return (sql: string) => after(target.prepare(sql));
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const reads: Record<
  string,
  (read: FeedReader, notification: string, subscription: string) => Promise<unknown>
> = {
  dueRoutes: (read) => read.dueRoutes(startMs),
  position: (read) => read.position(alice, null),
  changes: (read) => read.changes(alice, null, 0, 10),
  sendContexts: (read, notification, subscription) =>
    read.sendContexts([{ user: alice, notification, subscription, kind: 'notify' }]),
};

for (const [name, ask] of Object.entries(reads)) {
  test(`${name} sees one commit, whatever is committed between its statements`, async () => {
    const folder = tempFolder();
    const path = join(folder.path, 'feed.db');
    const store = await openFeedStore({ path, planner });
    const beside = new DatabaseSync(path);
    const emptied = ['delivery', 'notification', 'feed_app', 'subscription'].map((table) =>
      beside.prepare(`DELETE FROM ${table}`),
    );
    let commits = 0;
    const reader = new DatabaseSync(path, { readOnly: true });
    try {
      const device = subscribeWrite({ channel: { type: 'fcm', token: 'one' }, installationId: 'one' });
      const write = postWrite({ content });
      const { outcomes } = await store.commit([device], startMs);
      const { subscription } = outcome(outcomes, 0, 'subscribe');
      await store.commit([write], startMs, false);
      const before = await ask(store.read, write.id, subscription.id);
      const read = feedReads(
        interrupted(reader, () => {
          for (const each of emptied) each.run();
          commits++;
        }),
      );
      assert.deepEqual(await ask(read, write.id, subscription.id), before);
      assert.ok(commits > 0);
      assert.notDeepEqual(await ask(store.read, write.id, subscription.id), before);
    } finally {
      reader.close();
      beside.close();
      await store.close();
      folder.remove();
    }
  });
}

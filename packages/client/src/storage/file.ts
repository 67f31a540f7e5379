// Stores feeds in a folder, a JSON file for each account, for Node. A file is written beside the old one, synced and then
// renamed, so that a crash leaves the old or the new one, and never a half.
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FeedCopy } from './feed-copy.ts';
import type { FeedStorage, StoredFeed } from './feed-storage.ts';

/** Only the user of this process may read the files: they hold private messages. */
const folderMode = 0o700;
const fileMode = 0o600;

export interface FileStorageOptions {
  /** Created when it does not exist. One process at a time may use it. */
  readonly folder: string;
}

export function openFileStorage({ folder }: FileStorageOptions): FeedStorage {
  const feeds = new Map<string, Promise<FeedCopy>>();
  let writing: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = writing.then(work);
    writing = done.catch(() => {});
    return done;
  };
  const feedOf = (account: string): Promise<FeedCopy> => {
    const feed = feeds.get(account) ?? readFeed(pathOf(folder, account));
    feeds.set(account, feed);
    return feed;
  };
  return {
    read: (account) => inTurn(async () => (await feedOf(account)).read()),
    write: (account, write) =>
      inTurn(async () => {
        const feed = await feedOf(account);
        feed.write(write);
        await replaceFile(folder, pathOf(folder, account), JSON.stringify(feed.read()));
      }),
    clear: (account) =>
      inTurn(async () => {
        feeds.delete(account);
        await rm(pathOf(folder, account), { force: true });
        await rm(besideOf(pathOf(folder, account)), { force: true });
      }),
    close: () => inTurn(async () => feeds.clear()),
  };
}

/** An account may hold what no file name may. */
function pathOf(folder: string, account: string): string {
  return join(folder, `${createHash('sha256').update(account).digest('hex').slice(0, 32)}.json`);
}

function besideOf(path: string): string {
  return `${path}.new`;
}

/** A file that can't be read is dropped: the hub has the feed, and the changes in the file are lost. */
async function readFeed(path: string): Promise<FeedCopy> {
  try {
    const stored: StoredFeed = JSON.parse(await readFile(path, 'utf8'));
    return new FeedCopy(stored);
  } catch {
    return new FeedCopy();
  }
}

async function replaceFile(folder: string, path: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: folderMode });
  const file = await open(besideOf(path), 'w', fileMode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(besideOf(path), path);
  const parent = await open(folder);
  await parent.sync().finally(() => parent.close());
}

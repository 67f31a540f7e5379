// Reads what is to be told next, and writes it as the body of one POST.
// Of a feed that was erased nothing is told any more.
import { webhookLimits } from '@carillon/protocol';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { ChangeSubscription, WebhookChange } from '../model/change-subscription.ts';
import type { StoredDelivery } from '../model/delivery.ts';
import type { UserKey } from '../model/principal.ts';
import type { FeedOwner } from '../model/write.ts';
import type { FeedReader, WebhookBacklogs } from '../store/store.ts';
import type { Backlog, Batch } from './backlog.ts';
import { changeValue, uuidOf } from './payload.ts';
import type { Attempt } from './post.ts';

export interface BatchReader {
  /** Null when nothing waits. */
  read(backlog: Pick<Backlog, 'id' | 'told'>): Promise<Batch | null>;
}

export function openBatchReader(backlogs: Pick<WebhookBacklogs, 'changes'>): BatchReader {
  return {
    async read({ id, told }) {
      const found = await backlogs.changes(id, told, webhookLimits.values);
      const changes: WebhookChange[] = [];
      let bytes = 0;
      for (const change of found) {
        const more = bytes + (change.data?.length ?? 0);
        if (changes.length > 0 && more > webhookLimits.bytes) break;
        bytes = more;
        changes.push(change);
      }
      const last = changes.at(-1);
      return last ? { changes, last: last.place, bytes } : null;
    },
  };
}

export interface BodyServices {
  readonly read: Pick<FeedReader, 'owner'>;
  readonly unsId: (row: StoredDelivery) => string;
  /** Proves to an app that its encrypted content comes from this hub. */
  readonly validationToken: (app: string) => Promise<string>;
}

/** Writes the body of a batch; null when nothing of it is left to tell. */
export function openBodyWriter({ read, unsId, validationToken }: BodyServices) {
  const owners = new BoundedMap<UserKey, FeedOwner>({ entriesMax: 10_000 });

  async function ownerOf(user: UserKey): Promise<FeedOwner | null> {
    const known = owners.get(user);
    if (known) return known;
    const owner = await read.owner(user);
    if (owner) owners.set(user, owner);
    return owner;
  }

  return async ({ changes, last }: Batch, told: ChangeSubscription): Promise<Attempt | null> => {
    const value: object[] = [];
    for (const change of changes) {
      const owner = await ownerOf(change.user);
      if (owner) value.push(changeValue(change, told, { owner, unsId }));
    }
    if (value.length === 0) return null;
    const tokens = told.withData ? { validationTokens: [await validationToken(told.app)] } : {};
    const id = `msg_${uuidOf(JSON.stringify([told.id, changes[0]?.place, last]))}`;
    return { id, url: told.notificationUrl, body: JSON.stringify({ value, ...tokens }) };
  };
}

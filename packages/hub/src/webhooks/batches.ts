// Reads what is to be told next, and writes it as the body of one POST.
// Of a feed that was erased nothing is told any more.
import { type Notification, webhookLimits } from '@carillon/protocol';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { AppId } from '../model/app.ts';
import { bytesOf, type ChangeSubscription, type WebhookChange } from '../model/change-subscription.ts';
import type { StoredDelivery } from '../model/delivery.ts';
import type { UserKey } from '../model/principal.ts';
import type { FeedOwner } from '../model/write.ts';
import type { FeedReader, WebhookBacklogs } from '../store/store.ts';
import type { Backlog, Batch } from './backlog.ts';
import { changeValue, uuidOf } from './payload.ts';
import { type Attempt, asJson } from './post.ts';
import { valuesOf } from './templates/placeholders.ts';
import { fillTemplate } from './templates/template.ts';

export interface BatchReader {
  /** Null when nothing waits. A message of a template tells of one change. */
  read(
    backlog: Pick<Backlog, 'id' | 'told'>,
    to: Pick<ChangeSubscription, 'template'>,
  ): Promise<Batch | null>;
}

export function openBatchReader(backlogs: Pick<WebhookBacklogs, 'changes'>): BatchReader {
  return {
    async read({ id, told }, { template }) {
      const most = template === null ? webhookLimits.values : 1;
      const found = await backlogs.changes(id, told, most);
      const changes: WebhookChange[] = [];
      let bytes = 0;
      for (const change of found) {
        const more = bytes + bytesOf(change.data);
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
  readonly pages: TemplatePages;
}

/** What a template may say of an app. */
export interface TemplatePages {
  nameOf(app: AppId): string;
  linkTo(app: AppId, notification: string): string;
}

/** Writes the body of a batch; null when nothing of it is left to tell. */
export function openBodyWriter({ read, unsId, validationToken, pages }: BodyServices) {
  const owners = new BoundedMap<UserKey, FeedOwner>({ entriesMax: 10_000 });

  async function ownerOf(user: UserKey): Promise<FeedOwner | null> {
    const known = owners.get(user);
    if (known) return known;
    const owner = await read.owner(user);
    if (owner) owners.set(user, owner);
    return owner;
  }

  /** Null for what has no words. */
  async function messageOf(change: WebhookChange, told: ChangeSubscription): Promise<string | null> {
    const { template, app: appId } = told;
    const owner = await ownerOf(change.user);
    if (!owner || template === null || change.data === null) return null;
    const { subject: userId, name: userName } = owner;
    const about = { userId, userName, appId, appName: pages.nameOf(appId) };
    const page = pages.linkTo(appId, change.notification);
    const notification: Notification = JSON.parse(change.data);
    const values = valuesOf({ changeType: change.type, notification, ...about, page });
    return values && fillTemplate(template, values);
  }

  async function changesIn(changes: Batch['changes'], told: ChangeSubscription): Promise<string | null> {
    const value: object[] = [];
    for (const change of changes) {
      const owner = await ownerOf(change.user);
      if (owner) value.push(changeValue(change, told, { owner, unsId }));
    }
    if (value.length === 0) return null;
    const tokens = told.withData ? { validationTokens: [await validationToken(told.app)] } : {};
    return JSON.stringify({ value, ...tokens });
  }

  return async ({ changes, last }: Batch, told: ChangeSubscription): Promise<Attempt | null> => {
    const [first] = changes;
    const { template, isPrivate, notificationUrl: url } = told;
    const isMessage = template !== null && first !== undefined;
    const body = await (isMessage ? messageOf(first, told) : changesIn(changes, told));
    if (body === null) return null;
    const id = `msg_${uuidOf(JSON.stringify([told.id, first?.place, last]))}`;
    const contentType = template?.contentType ?? asJson.contentType;
    return { id, url, body, contentType, isPrivate };
  };
}

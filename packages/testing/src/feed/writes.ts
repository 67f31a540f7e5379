// Writes as the operations hand them to the commit, each with what the test wants different.
import { randomBytes } from 'node:crypto';
import { builtInChannels } from '../../../hub/src/hub/channels.ts';
import { openUuidSource } from '../../../hub/src/lib/ids.ts';
import { type UserKey, userKey } from '../../../hub/src/model/principal.ts';
import type { PushAddress } from '../../../hub/src/model/push-address.ts';
import type { StoredSubscription } from '../../../hub/src/model/subscription.ts';
import type {
  DeleteWrite,
  GoneWrite,
  Outcome,
  Outcomes,
  PostWrite,
  RespondWrite,
  StateWrite,
  SubscribeWrite,
  TimerWrite,
} from '../../../hub/src/model/write.ts';
import { openPushAddresses } from '../../../hub/src/operations/subscriptions/push-addresses.ts';
import { ManualClock } from '../machine/manual-clock.ts';

/** Where the time of these tests starts: ids carry it, so that "newest first" is known. */
export const startMs = Date.UTC(2030, 0, 1);
export const dayMs = 86_400_000;
export const host = 'a.example';

const newUuid = openUuidSource(new ManualClock(startMs));

export function owner(name: string) {
  return { issuer: 'https://issuer.example', subject: name, name: `${name}@contoso.example` };
}

export function keyOf(name: string): UserKey {
  return userKey('https://issuer.example', name);
}

export const alice = keyOf('alice');
export const bob = keyOf('bob');

export function postWrite(more: Partial<PostWrite> & { readonly by?: string } = {}): PostWrite {
  const { by = 'alice', ...rest } = more;
  const content = {
    appNotificationId: rest.appNotificationId ?? null,
    targetHostName: host,
    groupName: null,
    priority: 'High',
    payload: { visualContent: { title: 'Lunch is ready' } },
    targetPolicy: { platformTypes: ['windows'] },
    fallbackPolicy: null,
  };
  return {
    kind: 'post',
    user: keyOf(by),
    owner: owner(by),
    app: 'app-a',
    id: newUuid(),
    content: JSON.stringify(content),
    appNotificationId: null,
    sentAs: null,
    expires: startMs + 7 * dayMs,
    displaySeconds: null,
    question: null,
    storageBytesMax: Number.MAX_SAFE_INTEGER,
    evictable: null,
    ...rest,
  };
}

export function stateWrite(
  ids: readonly string[],
  more: Partial<StateWrite> & { readonly contentVersion?: number } = {},
): StateWrite {
  const { contentVersion = null, ...rest } = more;
  const change = { readState: 'read' } as const;
  return {
    kind: 'state',
    user: alice,
    visibility: null,
    targets: ids.map((id) => ({ id, contentVersion })),
    change,
    ifMatch: null,
    acting: null,
    ...rest,
  };
}

export const questionActions = [
  { id: 'approve', title: 'Deploy' },
  { id: 'reject', title: 'No', input: { maxLength: 10 } },
  { id: 'more', title: 'Show it', url: 'https://ci.example/1' },
];

/** Two actions answer, the third opens a page. */
export function questionWrite(
  more: Partial<PostWrite> & {
    readonly by?: string;
    readonly respondBy?: number;
    readonly defaultActionId?: string;
  } = {},
): PostWrite {
  const { respondBy = null, defaultActionId = null, ...rest } = more;
  const write = postWrite({ question: { respondBy }, ...rest });
  const policy = { respondByDateTime: respondBy && new Date(respondBy).toISOString(), defaultActionId };
  const content = {
    ...JSON.parse(write.content),
    payload: { visualContent: { title: 'Deploy 1.4?', actions: questionActions } },
    targetPolicy: { platformTypes: ['windows', 'android'] },
    responsePolicy: respondBy === null ? null : policy,
  };
  return { ...write, content: JSON.stringify(content) };
}

export function respondWrite(id: string, more: Partial<RespondWrite> = {}): RespondWrite {
  const answer = { actionId: 'approve', text: null, contentVersion: null };
  return {
    kind: 'respond',
    user: alice,
    visibility: null,
    id,
    ...answer,
    ifMatch: null,
    acting: null,
    ...more,
  };
}

export function deleteWrite(id: string, more: Partial<DeleteWrite> = {}): DeleteWrite {
  return { kind: 'delete', user: alice, visibility: null, id, ifMatch: null, acting: null, ...more };
}

export function timerWrite(kind: TimerWrite['kind'], id: string, user: UserKey = alice): TimerWrite {
  return { kind, due: [{ user, id }] };
}

export function subscribeWrite(
  more: Partial<StoredSubscription> & { readonly by?: string } = {},
): SubscribeWrite {
  const { by = 'alice', ...rest } = more;
  const subscription: StoredSubscription = {
    user: keyOf(by),
    app: 'app-a',
    id: randomBytes(16).toString('base64url'),
    installationId: 'laptop',
    targetHostName: host,
    displayName: null,
    platform: 'android',
    notificationType: 'notificationWithPayload',
    ...addressed(rest.app ?? 'app-a', rest.channel ?? null),
    seesAll: false,
    leaseUntil: startMs + 30 * dayMs,
    created: startMs,
    registered: startMs,
    session: null,
    ...rest,
  };
  return { kind: 'subscribe', user: subscription.user, owner: owner(by), subscription };
}

/** The provider says that the address of that registration is dead. */
export function goneWrite({ user, app, id, addressHash, registered }: StoredSubscription): GoneWrite {
  return { kind: 'gone', user, app, id, addressHash: addressHash ?? '', registered };
}

/** A push address with its hash, as registration stores them. */
export function addressed(app: string, channel: PushAddress | null) {
  return addresses.addressed(app, channel);
}

const addresses = openPushAddresses({
  channels: builtInChannels,
  allowPrivate: true,
  isPrivateName: async () => false,
});

/** The answer to a write of this kind; throws when it was refused. */
export function outcome<Kind extends keyof Outcomes>(
  outcomes: readonly Outcome[],
  index: number,
  _kind: Kind,
): Outcomes[Kind] {
  const found = outcomes[index];
  if (!found || 'refused' in found) throw new Error(`refused: ${JSON.stringify(found)}`);
  return found as Outcomes[Kind];
}

// What was done on the screen, and what it showed, reaches the hub: at once, or when the network is back. States of one kind
// go together, each for the content that was seen; receipts go together.
import type { Receipt } from '@carillon/protocol';
import { type SentAnswer, sendAnswer } from '../outbox/send-answer.ts';
import { isSameState, togetherMax } from '../outbox/state-group.ts';
import { HubError, isFinal, isOfNoDevice } from '../requests/hub-error.ts';
import type { Requests } from '../requests/requests.ts';
import { enqueue, type OutboxEntry, type PushRecord } from '../web-push/push-record.ts';
import type { PushStore } from '../web-push/push-store.ts';
import type { Screen } from './screen.ts';

type AnswerEntry = Extract<OutboxEntry, { kind: 'answer' }>;
type StateEntry = Extract<OutboxEntry, { kind: 'state' }>;

export interface FlushParts {
  readonly store: PushStore;
  readonly screen: Pick<Screen, 'showLate'>;
}

/** Answers whether the outbox is empty now. Throws only what is not about the hub. */
export async function flush({ store, screen }: FlushParts, requests: Requests): Promise<boolean> {
  const { outbox } = await store.read();
  for (const entry of outbox) {
    if (entry.kind !== 'answer') continue;
    const late: SentAnswer[] = [];
    if ((await attempt(() => answerWith(entry, requests, late))) === 'failed') return false;
    await remove(store, [entry]);
    // The browser may show nothing any more; the answer has ended all the same.
    for (const { item } of late) await screen.showLate(entry.id, item).catch(() => {});
  }
  const states = outbox.filter((entry) => entry.kind === 'state');
  for (const group of groupsOf(states)) {
    if (!(await isGroupSettled(group, requests))) return false;
    await remove(store, group);
  }
  const receipts = outbox.filter((entry) => entry.kind === 'receipt');
  if (receipts.length === 0) return true;
  const answer = await attempt(() => requests.receipts(receipts.map(({ receipt }) => receipt)));
  if (answer === 'failed') return false;
  await remove(store, receipts);
  return true;
}

/** A push does not say for sure which actions answer: what the hub refuses has only been opened. */
async function answerWith({ id, post }: AnswerEntry, requests: Requests, late: SentAnswer[]): Promise<void> {
  try {
    const sent = await sendAnswer(requests, id, post);
    if (sent.isLate) late.push(sent);
  } catch (error) {
    if (!isFinal(error) || error.status !== 400) throw error;
    const { contentVersion } = post;
    const version = contentVersion === undefined ? {} : { contentVersion };
    await requests.updateState(id, { userActionState: 'activated', ...version });
  }
}

/** Entries of one state, in their order; what was done to one notification keeps its order over the groups. */
function groupsOf(entries: readonly StateEntry[]): StateEntry[][] {
  const groups: StateEntry[][] = [];
  /** Of each notification, the group of its newest entry so far. */
  const lastGroup = new Map<string, number>();
  for (const entry of entries) {
    const { id, patch } = entry;
    const from = (lastGroup.get(id) ?? -1) + 1;
    const found = groups.findIndex(
      (group, at) => at >= from && group.length < togetherMax && isSameState(group[0]?.patch ?? null, patch),
    );
    const at = found < 0 ? groups.length : found;
    groups[at] = [...(groups[at] ?? []), entry];
    lastGroup.set(id, at);
  }
  return groups;
}

/** A hub that refuses them together, by its age or for one of them, gets them one by one. */
async function isGroupSettled(group: readonly StateEntry[], requests: Requests): Promise<boolean> {
  if (group.length > 1) {
    const answer = await attempt(() => updateTogether(group, requests));
    if (answer !== 'refused') return answer === 'taken';
  }
  for (const { id, patch } of group)
    if ((await attempt(() => requests.updateState(id, patch))) === 'failed') return false;
  return true;
}

function updateTogether(group: readonly StateEntry[], requests: Requests): Promise<unknown> {
  const { contentVersion: _, ...state } = group[0]?.patch ?? {};
  const changes = group.map(({ id, patch: { contentVersion } }) => ({
    id,
    ...(contentVersion === undefined ? {} : { contentVersion }),
  }));
  return requests.updateStates({ ...state, changes });
}

/** `refused`: for good (gone, too late, not allowed). `failed`: it may be sent again. */
type Attempt = 'taken' | 'refused' | 'failed';

async function attempt(send: () => Promise<unknown>): Promise<Attempt> {
  try {
    await send();
    return 'taken';
  } catch (error) {
    // That is about the device, not about what was done: it is sent again without the device.
    if (!(error instanceof HubError) || isOfNoDevice(error)) throw error;
    return isFinal(error) ? 'refused' : 'failed';
  }
}

async function remove(store: PushStore, entries: readonly OutboxEntry[]): Promise<void> {
  const keys = new Set(entries.map(({ key }) => key));
  await store.change((record) => ({
    ...record,
    outbox: record.outbox.filter(({ key }) => !keys.has(key)),
  }));
}

/** What became of a notification on this screen: evidence for the sender, never a state. */
export interface ReceiptFacts {
  readonly id: string;
  readonly kind: Receipt['kind'];
  /** In milliseconds since 1970. */
  readonly at: number;
  /** Null while only the push has arrived. */
  readonly contentVersion: number | null;
}

/** A receipt belongs to a subscription: without one none is sent. */
export function enqueueReceipt(record: PushRecord, { id, kind, at, ...facts }: ReceiptFacts): PushRecord {
  const subscriptionId = record.registration?.subscriptionId;
  if (subscriptionId === undefined) return record;
  const contentVersion = facts.contentVersion ?? record.remembered[id]?.contentVersion ?? null;
  const receipt = {
    ...{ id, subscriptionId, kind, dateTime: new Date(at).toISOString() },
    ...(contentVersion === null ? {} : { contentVersion }),
  };
  return enqueue(record, { kind: 'receipt', receipt });
}

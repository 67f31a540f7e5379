// Step 3 of the commit: a batch of writes, in the order of arrival, becomes rows, answers and changes. Pure: it runs
// inside the store's transaction (for SQLite in the writer's thread), sees the store through a snapshot only, and a
// write that is refused takes no sequence and harms no other.
import { randomInt } from 'node:crypto';
import { HubError } from '../model/errors.ts';
import type { Outcome, Write } from '../model/write.ts';
import type { Plan, Planner, Snapshot } from '../store/store.ts';
import { Overlay } from './overlay.ts';
import { planDelete, planExpire, planPost, planPurge, planState, planWake } from './plan-notification.ts';
import { planRenew, planSubscribe, planUnsubscribe } from './plan-subscription.ts';

export const planBatch: Planner = (writes: readonly Write[], snapshot: Snapshot, now: number): Plan => {
  const overlay = new Overlay(snapshot);
  const outcomes = writes.map((write) => planOne(write, overlay, now));
  return { outcomes, ...overlay.rows() };
};

function planOne(write: Write, overlay: Overlay, now: number): Outcome {
  try {
    return dispatch(write, overlay, now);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const { target } = error.details;
    return { refused: error.kind, message: error.message, ...(target === undefined ? {} : { target }) };
  }
}

function dispatch(write: Write, overlay: Overlay, now: number): Outcome {
  switch (write.kind) {
    case 'post':
      return planPost(write, overlay, now, newEpoch);
    case 'state':
      return planState(write, overlay, now);
    case 'delete':
      return planDelete(write, overlay, now);
    case 'expire':
      return planExpire(write, overlay, now);
    case 'wake':
      return planWake(write, overlay, now);
    case 'purge':
      return planPurge(write, overlay, now);
    case 'subscribe':
      return planSubscribe(write, overlay, now, newEpoch);
    case 'renew':
      return planRenew(write, overlay, now);
    case 'unsubscribe':
      return planUnsubscribe(write, overlay);
  }
}

function newEpoch(): number {
  return randomInt(1, 2 ** 31);
}

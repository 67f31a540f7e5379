// Step 3 of the commit: a batch of writes, in the order of arrival, becomes rows, answers and changes. Pure: it runs
// inside the store's transaction (for SQLite in the writer's thread), sees the store through a snapshot only, and a
// write that is refused takes no sequence and harms no other.
import { randomInt } from 'node:crypto';
import type { StoredDelivery } from '../../model/delivery.ts';
import { HubError } from '../../model/errors.ts';
import type { Change, Outcome, Write } from '../../model/write.ts';
import type { Plan, PlanContext, Planner, Snapshot } from '../../store/store.ts';
import { Overlay } from './overlay.ts';
import { planFetch, planReceipts, planRecord, planRedrive } from './plan-evidence.ts';
import { planDelete, planExpire, planPost, planPurge, planState, planWake } from './plan-notification.ts';
import { planGone, planRenew, planSubscribe, planUnsubscribe } from './plan-subscription.ts';

/** Whom a change must be told through a push, and what it withdraws; `push/plan` is the one that the hub uses. */
export interface DeliveryPlanner {
  planChange(change: Change, plan: DeliveryPlan): void;
  /** A push arrived after its notification was handled. */
  planLate(late: StoredDelivery, plan: DeliveryPlan): void;
}

export interface DeliveryPlan extends PlanContext {
  readonly overlay: Overlay;
  /** The subscription of the device that made the change. */
  readonly acting: string | null;
}

export function openPlanner({ planChange, planLate }: DeliveryPlanner): Planner {
  return (writes: readonly Write[], snapshot: Snapshot, context: PlanContext): Plan => {
    const overlay = new Overlay(snapshot);
    const outcomes = writes.map((write) => {
      const planned = overlay.changes.length;
      const outcome = planOne(write, overlay, context);
      const acting = 'acting' in write ? write.acting : null;
      const plan = { ...context, overlay, acting };
      for (const change of overlay.changes.slice(planned)) planChange(change, plan);
      if (write.kind === 'record') for (const late of planRecord(write, overlay)) planLate(late, plan);
      return outcome;
    });
    return { outcomes, ...overlay.rows() };
  };
}

function planOne(write: Write, overlay: Overlay, context: PlanContext): Outcome {
  try {
    return dispatch(write, overlay, context);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const { target } = error.details;
    return { refused: error.kind, message: error.message, ...(target === undefined ? {} : { target }) };
  }
}

function dispatch(write: Write, overlay: Overlay, { now }: PlanContext): Outcome {
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
    case 'gone':
      return planGone(write, overlay);
    case 'fetch':
      return planFetch(write, overlay, now);
    case 'receipts':
      return planReceipts(write, overlay, now);
    case 'redrive':
      return planRedrive(write, overlay, now);
    case 'record':
      return { recorded: true }; // written below, where what it leads to is planned
  }
}

function newEpoch(): number {
  return randomInt(1, 2 ** 31);
}

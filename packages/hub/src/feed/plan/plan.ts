// Step 3 of the commit: a batch of writes, in the order of arrival, becomes rows, answers and changes. Pure: it runs
// inside the store's transaction (for SQLite in the writer's thread), reads the store through a snapshot only, and a
// refused write takes no sequence and affects no other.
import type { Watches } from '../../model/change-subscription.ts';
import type { StoredDelivery } from '../../model/delivery.ts';
import { HubError } from '../../model/errors.ts';
import type {
  Change,
  Due,
  Outcome,
  Outcomes,
  RecordWrite,
  TimerWrite,
  Write,
  WriteOf,
} from '../../model/write.ts';
import { ReadSet } from '../../store/plan-reads.ts';
import type { Plan, PlanContext, Planner, PlanReads, Snapshot } from '../../store/store.ts';
import { Overlay } from './overlay.ts';
import * as erasure from './plan-erasure.ts';
import * as evidence from './plan-evidence.ts';
import * as notification from './plan-notification.ts';
import * as preferences from './plan-preferences.ts';
import * as response from './plan-response.ts';
import * as subscription from './plan-subscription.ts';
import { planEndedDelivery, planWebhooks } from './plan-webhooks.ts';

/** Plans the pushes of a change and what it withdraws; the hub uses `push/plan`. */
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

type Kind = Write['kind'];

interface Step<K extends Kind> {
  /** Declares what `plan` looks at. */
  reads(write: WriteOf<K>, reads: ReadSet): void;
  /** Throws a HubError to refuse. */
  plan(write: WriteOf<K>, overlay: Overlay, now: number): Outcomes[K];
}

const steps: { readonly [K in Kind]: Step<K> } = {
  post: { reads: notification.readsOfPost, plan: notification.planPost },
  state: { reads: notification.readsOfState, plan: notification.planState },
  delete: { reads: notification.readsOfChange, plan: notification.planDelete },
  respond: { reads: notification.readsOfChange, plan: response.planRespond },
  deadline: timer(notification.readsOfChange, response.planDeadline),
  expire: timer(notification.readsOfChange, notification.planExpire),
  wake: timer(notification.readsOfChange, notification.planWake),
  purge: timer(notification.readsOfPurge, notification.planPurge),
  subscribe: { reads: subscription.readsOfSubscribe, plan: subscription.planSubscribe },
  renew: { reads: subscription.readsOfRenew, plan: subscription.planRenew },
  unsubscribe: { reads: subscription.readsOfUnsubscribe, plan: subscription.planUnsubscribe },
  gone: { reads: subscription.readsOfGone, plan: subscription.planGone },
  fetch: { reads: evidence.readsOfFetch, plan: evidence.planFetch },
  receipts: { reads: evidence.readsOfReceipts, plan: evidence.planReceipts },
  redrive: { reads: evidence.readsOfRedrive, plan: evidence.planRedrive },
  erase: { reads: erasure.readsOfErase, plan: erasure.planErase },
  webhooks: {
    reads: () => {},
    plan({ results }, overlay) {
      overlay.backlogResults.push(...results);
      return { recorded: true };
    },
  },
  preferences: { reads: preferences.readsOfPreferences, plan: preferences.planPreferences },
  // Written below, where what it leads to is planned.
  record: { reads: evidence.readsOfRecord, plan: () => ({ recorded: true }) },
};

interface TimerStep {
  reads(write: TimerWrite, reads: ReadSet): void;
  plan(write: TimerWrite, overlay: Overlay, now: number): { readonly done: boolean };
}

/** Of all that a timer names, in their order. */
function timer(
  readsOfOne: (due: Due, reads: ReadSet) => void,
  planOne: (due: Due, overlay: Overlay, now: number) => boolean,
): TimerStep {
  return {
    reads({ due }, reads) {
      for (const each of due) readsOfOne(each, reads);
    },
    plan(write, overlay, now) {
      let done = false;
      for (const each of write.due) done = planOne(each, overlay, now) || done;
      return { done };
    },
  };
}

/** The one place where a write meets the step of its kind, which TypeScript can't follow through a table. */
function stepOf(write: Write): Step<Kind> {
  return steps[write.kind] as Step<Kind>;
}

export function openPlanner(deliveries: DeliveryPlanner): Planner {
  return {
    readsOf,
    plan: (writes, snapshot, context) => planAll(writes, snapshot, { ...context, deliveries }),
  };
}

function readsOf(writes: readonly Write[]): PlanReads {
  const reads = new ReadSet();
  for (const write of writes) stepOf(write).reads(write, reads);
  return reads;
}

interface Planning extends PlanContext {
  readonly deliveries: DeliveryPlanner;
}

function planAll(
  writes: readonly Write[],
  snapshot: Snapshot,
  { deliveries: { planChange, planLate }, ...context }: Planning,
): Plan {
  const overlay = new Overlay(snapshot);
  const outcomes = writes.map((write) => {
    const planned = overlay.changes.length;
    const outcome = planOne(write, overlay, context.now);
    const acting = 'acting' in write ? write.acting : null;
    const plan = { ...context, overlay, acting };
    for (const change of overlay.changes.slice(planned)) {
      planChange(change, plan);
      if (context.watches) tellOf(change, overlay, { ...context, watches: context.watches });
    }
    if (write.kind === 'record') {
      for (const late of evidence.planRecord(write, overlay)) planLate(late, plan);
      if (context.watches) tellOfResults(write, overlay, { ...context, watches: context.watches });
    }
    if (write.kind === 'receipts' && context.watches)
      tellOfReceipts(overlay, { ...context, watches: context.watches });
    overlay.deliveries.takeEnded();
    return outcome;
  });
  return { outcomes, ...overlay.rows() };
}

type Telling = { readonly now: number; readonly watches: Watches };

function tellOf(change: Change, overlay: Overlay, { now, watches }: Telling): void {
  overlay.webhooks.push(...planWebhooks(change, watches, now));
  const creator = change.notification.app;
  for (const row of overlay.deliveries.takeEnded())
    overlay.webhooks.push(...planEndedDelivery(row, { creator, watches, now }));
}

function tellOfResults({ results }: RecordWrite, overlay: Overlay, { now, watches }: Telling): void {
  for (const { row, creator } of evidence.endedBy(results, overlay))
    overlay.webhooks.push(...planEndedDelivery(row, { creator, watches, now }));
}

/** A device that could not show what its provider had accepted ends the delivery anew. */
function tellOfReceipts(overlay: Overlay, { now, watches }: Telling): void {
  for (const row of overlay.deliveries.takeEnded()) {
    const creator = overlay.notification(row.user, row.notification)?.app;
    if (creator && row.status === 'failed')
      overlay.webhooks.push(...planEndedDelivery(row, { creator, watches, now }));
  }
}

function planOne(write: Write, overlay: Overlay, now: number): Outcome {
  try {
    return stepOf(write).plan(write, overlay, now);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const { target, excessBytes } = error.details;
    return {
      ...{ refused: error.kind, message: error.message },
      ...(target === undefined ? {} : { target }),
      ...(excessBytes === undefined ? {} : { excessBytes }),
    };
  }
}

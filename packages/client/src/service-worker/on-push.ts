// One push: what it carries shows at once, then the hub is asked. In every engine that isn't surely Chromium it ends with
// something shown: words before the network is used, else a filler after a few seconds. What fails or never answers on the
// way (the storage, the hub, the app's own functions) delays nothing of that, and no push ends in a rejection.
import { within } from '../deferred.ts';
import { digestOf, type PushContent } from '../web-push/push-content.ts';
import { emptyRecord } from '../web-push/push-record.ts';
import { storeMaxMs } from '../web-push/push-store.ts';
import { decideFiller, decideVisual, type FillerReason, type VisualDecision } from './decide.ts';
import type { ExchangeEnd } from './phases.ts';
import type { PushWorker } from './push-worker.ts';
import { show } from './show.ts';

/** How long a push may wait for the hub before something is shown; WebKit ends its handler after less than a minute. */
const unseenMaxMs = 5_000;
/** No exchange takes longer: each of its answers has a bound of its own. */
const exchangeMaxMs = 120_000;

interface PushTurn {
  readonly push: PushContent;
  /** Whether something was shown for this push. */
  readonly hasShown: () => boolean;
}

export async function onPush(worker: PushWorker, push: PushContent): Promise<void> {
  const turn = { push, hasShown: worker.screen.beginPush() };
  await showVisual(worker, turn).catch(() => {});
  const ending = receive(worker, push).catch((): ExchangeEnd => 'failed');
  // Chromium grants the whole time of the event; the others may end it early.
  const isLate = worker.screen.isChromium ? null : within(worker.clock, unseenMaxMs, ending);
  await isLate?.catch(() => fill(worker, turn, 'unreadable'));
  const end = await ending;
  await fill(worker, turn, fillerReasons[end]);
  await worker.screen.closeOlder();
  if (end === 'failed') await syncAgain(worker, turn).catch(() => {});
}

async function receive(worker: PushWorker, push: PushContent): Promise<ExchangeEnd> {
  const { close = [], unreadCount } = push;
  const handled = async (): Promise<void> => {
    await worker.screen.close(close);
    await worker.markHandled(close, 'yes');
  };
  await within(worker.clock, storeMaxMs, handled()).catch(() => {});
  await worker.screen.badge(unreadCount);
  return sync(worker, push);
}

function sync(worker: PushWorker, { notificationId }: PushContent): Promise<ExchangeEnd> {
  return within(worker.clock, exchangeMaxMs, worker.sync(notificationId));
}

const fillerReasons: Readonly<Record<ExchangeEnd, FillerReason>> = {
  done: 'upToDate',
  signedOut: 'signedOut',
  failed: 'unreadable',
};

/** A device that a push has started often has no network yet. */
const retryAfterMs = [1_000, 4_000];

async function syncAgain(worker: PushWorker, turn: PushTurn): Promise<void> {
  for (const delayMs of retryAfterMs) {
    await new Promise<void>((resolve) => void worker.clock.after(delayMs, resolve));
    const end = await sync(worker, turn.push);
    if (end !== 'failed') return fill(worker, turn, fillerReasons[end]);
  }
  await worker.askForSync();
}

/** Shows a visual push at once, before the hub is asked. */
async function showVisual(worker: PushWorker, { push, hasShown }: PushTurn): Promise<void> {
  const { title } = push;
  if (title === undefined) return;
  const digest = await digestOf(title, push.body);
  // A record that can't be read stops no push: the browser would show these words by itself.
  const decision = await within(worker.clock, storeMaxMs, decide(worker, push, digest)).catch(() =>
    decideVisual(push, digest, emptyRecord),
  );
  const url = worker.urlOf(push);
  const announce = (id: string) => ({ id, title, body: push.body ?? null, notification: null, url, push });
  if (decision.show) return show(worker, announce(decision.id));
  if (worker.screen.isChromium || (decision.why !== 'repeated' && decision.why !== 'handled')) return;
  const { notificationId: id = '' } = push;
  const isThere = decision.why === 'repeated' && (await worker.screen.displayed()).has(id);
  if (isThere) await worker.screen.show(announce(id), { isRepeated: true });
  if (!hasShown()) await worker.screen.showFiller('upToDate');
}

async function decide(worker: PushWorker, push: PushContent, digest: string): Promise<VisualDecision> {
  await worker.guard.read();
  let decision = decideVisual(push, digest, await worker.store.read());
  // Two copies of one push run side by side: the one that writes first shows it.
  await worker.store.change((record) => {
    decision = decideVisual(push, digest, record);
    if (!decision.show) return record;
    const shown = {
      ...{ contentVersion: null, modified: null, digest, displayUntil: null },
      handled: 'no',
    } as const;
    return { ...record, remembered: { ...record.remembered, [decision.id]: shown } };
  });
  return decision;
}

/** Never rejects: an engine that shows nothing at all (a permission that was withdrawn) is not asked again. */
async function fill(worker: PushWorker, { push, hasShown }: PushTurn, reason: FillerReason): Promise<void> {
  const { screen, scope } = worker;
  const displayed = await screen.displayed().catch(() => new Set());
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true }).catch(() => []);
  const filler = decideFiller({
    isChromium: screen.isChromium,
    hasShown: hasShown(),
    displayedCount: displayed.size,
    isWindowVisible: windows.some((window) => window.visibilityState === 'visible'),
    reason,
  });
  const words = push.kind === 'tap' ? push : undefined;
  await (filler ? screen.showFiller(filler, words) : screen.closeFiller()).catch(() => {});
}

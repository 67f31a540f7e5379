// Shows a notification and records the receipt of it: `shown`, or `failed` where the browser refused. Visual pushes and
// exchanges with the hub show through it.
import type { Clock } from '../clock.ts';
import { within } from '../deferred.ts';
import { type PushStore, storeMaxMs } from '../web-push/push-store.ts';
import type { Announced } from './options.ts';
import { enqueueReceipt } from './outbox.ts';
import type { Screen } from './screen.ts';

export interface ShowParts {
  readonly screen: Screen;
  readonly store: PushStore;
  readonly clock: Clock;
}

export async function show({ screen, store, clock }: ShowParts, announced: Announced): Promise<void> {
  const kind = await screen.show(announced).then(
    () => 'shown' as const,
    () => 'failed' as const,
  );
  const { id, notification } = announced;
  const contentVersion = notification?.contentVersion ?? null;
  const receipt = store.change((record) =>
    enqueueReceipt(record, { id, kind, at: clock.now(), contentVersion }),
  );
  // It is evidence for the sender: nothing that is shown depends on it.
  await within(clock, storeMaxMs, receipt).catch(() => {});
}

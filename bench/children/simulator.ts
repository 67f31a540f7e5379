// The simulated push services in a process of their own, over TLS and HTTP/2 as the real ones are. It counts what they
// delivered by the tags of the notifications, so that neither a lost push nor one that came twice can hide behind a sum.
// Orders come as messages, each is answered once, and it ends with the benchmark.
import {
  apnsProvider,
  type Delivered,
  entraApp,
  fcmProvider,
  makeApnsKey,
  makeServiceAccount,
  openSimulator,
  webPushProvider,
  wnsProvider,
} from '@carillon/simulators';
import { makeDevCertificate } from '../../packages/hub/src/edge/http/dev-certificate.ts';
import { systemClock } from '../../packages/hub/src/lib/clock.ts';
import type { Asked, Orders, Providers, Tally } from '../setup/simulator-process.ts';

const [certificates = ''] = process.argv.slice(2);
const topic = 'example.contoso.app';
/** Delivered pushes that are kept: none of them is looked at again. */
const kept = 1000;

process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());

const { key, cert, caPath } = await makeDevCertificate(certificates, systemClock);
const apnsKey = makeApnsKey({ topics: [topic] });
const webPush = webPushProvider({ decrypt: 'sample' });
const wns = wnsProvider();
let serviceAccount: Providers['credentials']['fcm']['serviceAccount'] | null = null;
const simulator = await openSimulator({
  tls: { key, cert },
  clock: systemClock,
  keep: kept,
  providers: (url) => {
    const made = makeServiceAccount({ projectId: 'contoso', tokenUri: `${url}/token` });
    serviceAccount = made.serviceAccount;
    return [apnsProvider({ keys: [apnsKey] }), fcmProvider({ accounts: [made.account] }), wns, webPush];
  },
});

/** A system-wide clock: what the benchmark reads on it can be compared. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

class Counter {
  readonly #tags = new Set<string>();
  readonly #waiting = new Set<{ readonly count: number; readonly reached: () => void }>();
  #delivered = 0;
  #firstAt = 0;
  #lastAt = 0;

  note(push: Delivered): void {
    // The unread count beside a toast names no notification.
    if (push.headers['x-wns-type'] === 'wns/badge') return;
    this.#delivered += 1;
    const before = this.#tags.size;
    this.#tags.add(`${push.provider} ${tagOf(push)}`);
    if (this.#tags.size === before) return;
    this.#lastAt = now();
    if (before === 0) this.#firstAt = this.#lastAt;
    for (const { count, reached } of this.#waiting) if (this.#tags.size >= count) reached();
  }

  tally(): Tally {
    const { size } = this.#tags;
    return { delivered: this.#delivered, distinct: size, firstAt: this.#firstAt, lastAt: this.#lastAt };
  }

  reset(): void {
    this.#tags.clear();
    this.#delivered = 0;
  }

  /** The tally when so many have come, or when the time is over. */
  reach({ count, withinMs }: Orders['reach']['asks']): Promise<Tally> {
    if (this.#tags.size >= count) return Promise.resolve(this.tally());
    const { promise, resolve } = Promise.withResolvers<Tally>();
    const end = (): void => {
      this.#waiting.delete(waiter);
      clearTimeout(timer);
      resolve(this.tally());
    };
    const waiter = { count, reached: end };
    const timer = setTimeout(end, withinMs);
    this.#waiting.add(waiter);
    return promise;
  }
}

/** What names the notification in a push, whether it shows it or is a tap. */
function tagOf({ provider, headers, payload }: Delivered): string {
  const content = payload as {
    readonly data?: { readonly carillon: string };
    readonly carillon?: { readonly notificationId: string };
  };
  switch (provider) {
    case 'webpush':
      return headers.topic as string;
    case 'wns':
      return headers['x-wns-tag'] as string;
    case 'apns':
      return content.carillon?.notificationId as string;
    case 'fcm':
      return (JSON.parse(content.data?.carillon as string) as { notificationId: string }).notificationId;
  }
}

const counter = new Counter();
simulator
  .waitFor((push) => {
    counter.note(push);
    return false;
  })
  .catch(() => {});

const { url } = simulator;
const { clientId, clientSecret, tenant } = entraApp;
const tokenUrl = `${url}/${tenant}/oauth2/v2.0/token`;

const answers: { [Name in keyof Orders]: (asks: Orders[Name]['asks']) => unknown } = {
  open(): Providers {
    const { teamId, keyId, privateKey } = apnsKey;
    return {
      caPath,
      topic,
      credentials: {
        apns: { teamId, keyId, privateKey, baseUrl: url },
        fcm: { serviceAccount: serviceAccount as NonNullable<typeof serviceAccount>, baseUrl: url },
        wns: { clientId, clientSecret, tokenUrl },
      },
    };
  },
  browsers: ({ count, applicationServerKey }) =>
    Array.from({ length: count }, () => webPush.subscribe({ origin: url, applicationServerKey })),
  windows: ({ count }) =>
    Array.from({ length: count }, () => wns.makeChannel({ origin: url, app: clientId })),
  script: (rules) => simulator.script(rules),
  reset: () => counter.reset(),
  tally: () => counter.tally(),
  reach: (asks) => counter.reach(asks),
};

process.on('message', async ({ id, name, asks }: Asked) => {
  const answer = answers[name] as (asks: unknown) => unknown;
  process.send?.({ id, answer: await answer(asks) });
});

// The webhook half of the hub, part of its composition: who is told of changes, the transport to endpoints, the dispatcher
// that tells them, and the life of change subscriptions.
import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns';
import { webhookLimits } from '@carillon/protocol';
import { openSigningKeys, type SigningKeys } from '../auth/provider/keys.ts';
import type { UnsIds } from '../auth/uns-id.ts';
import type { Config } from '../config/config.ts';
import type { Committer } from '../feed/commit.ts';
import type { Publisher } from '../feed/publish.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { Clock } from '../lib/clock.ts';
import { random } from '../lib/random.ts';
import type { ChangeSubscription } from '../model/change-subscription.ts';
import { type Endpoints, openEndpoints } from '../operations/webhooks/endpoints.ts';
import { resolvesPrivately } from '../push/transport/guard.ts';
import { openTransport } from '../push/transport/transport.ts';
import type { Registry } from '../store/registry.ts';
import type { FeedStore } from '../store/store.ts';
import { openFaultLog } from '../telemetry/fault-log.ts';
import type { Logger } from '../telemetry/log.ts';
import { openBatchReader, openBodyWriter, type TemplatePages } from '../webhooks/batches.ts';
import { WebhookDispatcher } from '../webhooks/dispatcher.ts';
import { shakeHands } from '../webhooks/handshake.ts';
import { Lifecycle } from '../webhooks/lifecycle.ts';
import { lifecycleBacklogOf } from '../webhooks/payload.ts';
import { postSigned } from '../webhooks/post.ts';
import { openBacklogRecorder } from '../webhooks/recorder.ts';
import type { WatchSource } from '../webhooks/watches.ts';

const answerMs = webhookLimits.answerSeconds * 1000;
const connectionsMax = 1024;
const tokenSeconds = 3600;

export interface WebhookBase {
  readonly config: Pick<Config, 'allowPrivatePush' | 'findProxy' | 'publicUrl' | 'pushCa' | 'webhookRetryMs'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
}

export interface WebhookLine {
  readonly store: FeedStore;
  readonly committer: Committer;
  readonly publisher: Publisher;
  readonly watches: WatchSource;
  readonly unsIds: UnsIds;
  readonly ownIssuer: string | null;
  /** False: another hub tells what waits. */
  readonly tells: boolean;
}

export interface Webhooks {
  readonly endpoints: Endpoints;
  /** Public keys of what proves an encrypted content. */
  readKeys(): Promise<object>;
  close(): Promise<void>;
}

export function openWebhooks(base: WebhookBase, line: WebhookLine): Webhooks {
  const { config, clock, log, registry } = base;
  const { allowPrivatePush: allowPrivate, pushCa: extraCa, findProxy } = config;
  const timing = { timeoutMs: answerMs, silenceMs: answerMs };
  const transport = openTransport({ allowPrivate, extraCa, findProxy, clock, connectionsMax, ...timing });
  const onFailure = openFaultLog(log, clock, 'endpoints could not be told of changes');
  const keys = openKeys(base);
  const recorder = openBacklogRecorder(line.committer, clock);
  const services = { transport, clock };
  const parts = { clock, random, retryMs: config.webhookRetryMs, onFailure };
  const lifecycle = new Lifecycle({
    ...{ ...parts, registry, backlogs: line.store.webhooks, ownIssuer: line.ownIssuer },
    send: (attempt, told) => postSigned(attempt, told, services),
    onEnd: (id) => end(id),
  });
  const write = openBodyWriter({
    read: line.store.read,
    unsId: ({ user, subscription }) => line.unsIds.write(user, subscription),
    validationToken: openValidationTokens(base, keys),
    pages: openTemplatePages(base),
  });
  const open = () =>
    new WebhookDispatcher({
      ...{ ...parts, store: line.store, recorder },
      find: openFind(base, line.watches),
      isAny: () => line.watches.watches() !== null,
      batches: openBatchReader(line.store.webhooks),
      async send(batch, told) {
        const attempt = await write(batch, told);
        const nothing = { taken: true, answer: 'nothing', afterMs: null };
        return attempt ? postSigned(attempt, told, services) : nothing;
      },
      noteMissed: (id) => lifecycle.noteMissed(id),
    });
  const dispatcher = line.tells ? open() : null;
  if (dispatcher) line.publisher.tellBy((backlogs) => dispatcher.take(backlogs));
  const end = (id: string): void => dispatcher?.end(id);
  return {
    endpoints: openEndpoints({
      allowPrivate,
      isPrivateName: (name) => resolvesPrivately(name, lookup),
      shakeHands: (url, target) => shakeHands(url, target, transport),
      end(id) {
        end(id);
        end(lifecycleBacklogOf(id));
      },
    }),
    readKeys: async () => (await keys()).publicKeys,
    async close() {
      await transport.close();
      await lifecycle.close();
      await dispatcher?.close();
    },
  };
}

function openTemplatePages({ config, registry: { apps } }: WebhookBase): TemplatePages {
  return {
    nameOf: (app) => apps.findById(app)?.displayName ?? app,
    linkTo: (app, notification) => apps.findById(app)?.openUrl ?? `${config.publicUrl}/inbox#${notification}`,
  };
}

/** Made on first need: a hub that nobody asks for resource data needs none. */
function openKeys({ registry, clock }: WebhookBase): () => Promise<SigningKeys> {
  let keys: Promise<SigningKeys> | null = null;
  return () => {
    keys ??= openSigningKeys(registry, clock).catch((error: unknown) => {
      keys = null;
      throw error;
    });
    return keys;
  };
}

/** Of an app: issued by the hub itself, for the app, for an hour. */
function openValidationTokens({ config, clock }: WebhookBase, keys: () => Promise<SigningKeys>) {
  const made = new BoundedMap<string, { text: string; at: number }>({ entriesMax: 1000 });
  return async (app: string): Promise<string> => {
    const now = clock.now();
    const known = made.get(app);
    if (known && now >= known.at && now - known.at < (tokenSeconds * 1000) / 2) return known.text;
    const iat = Math.floor(now / 1000);
    const claims = { iss: config.publicUrl, aud: app, iat, nbf: iat, exp: iat + tokenSeconds };
    const text = (await keys()).sign({ ...claims, jti: randomUUID() }, 'JWT');
    made.set(app, { text, at: now });
    return text;
  };
}

/** Those that are living, with all that is stored of them, kept until they change. */
function openFind({ registry, clock }: WebhookBase, watches: WatchSource) {
  const { changeSubscriptions } = registry;
  const kept = new BoundedMap<string, ChangeSubscription>({ entriesMax: 10_000 });
  return async (id: string): Promise<ChangeSubscription | null> => {
    const known = watches.find(id);
    const before = kept.get(id);
    const isSame = known !== null && before?.version === known.version;
    // One that another node has made a moment ago may not be in memory yet.
    const found = isSame ? before : await changeSubscriptions.find(id);
    if (!found || found.ended || found.expires <= clock.now()) return null;
    kept.set(id, found);
    return found;
  };
}

// What an admin verb is given and what it answers, as those of users' operations: no header, no URL, no status. Every
// write goes through `audited`, which makes it and its entry in the audit one.
import type { Clock } from '../../lib/clock.ts';
import type { Seal } from '../../lib/seal.ts';
import type { App } from '../../model/app.ts';
import type { DeliveryKey } from '../../model/delivery.ts';
import { HubError } from '../../model/errors.ts';
import type { OperatorPrincipal } from '../../model/principal.ts';
import type { ChannelDescriptors } from '../../push/channels/descriptor.ts';
import type { AuditedWrites, Registry } from '../../store/registry.ts';
import type { FeedReader } from '../../store/store.ts';
import type { Query } from '../kernel/call.ts';
import type { HostVerifier } from './verify-host.ts';

/** What operators see of feeds. */
interface AdminFeed {
  readonly read: Pick<FeedReader, 'owner' | 'subscriptionsOfUser' | 'failedDeliveries'>;
  /** Has failed deliveries sent again; answers how many it did. */
  redrive(deliveries: readonly DeliveryKey[]): Promise<number>;
}

export interface AdminServices {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly channels: ChannelDescriptors;
  readonly feed: AdminFeed;
  readonly hosts: HostVerifier;
  /** Of page tokens and of the ids of deliveries. */
  readonly seal: Seal;
  /** Whose subjects a user's id may be; the first is the embedded provider's, when it runs. */
  readonly issuers: readonly string[];
}

export interface AdminCall<Body = unknown> {
  readonly operator: OperatorPrincipal;
  /** The verb's name, for the audit. */
  readonly operation: string;
  /** Of the path, by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
}

export interface AdminAnswer {
  readonly outcome: 'created' | 'ok' | 'noContent';
  readonly body?: object;
  /** Path of what was created. */
  readonly location?: string;
  /** Query of the next page. */
  readonly next?: Readonly<Record<string, string>>;
}

export function audited<T>(
  { operator, operation }: AdminCall,
  { registry, clock }: AdminServices,
  on: string,
  write: (within: AuditedWrites) => Promise<T>,
): Promise<T> {
  return registry.audit.record({ at: clock.now(), who: operator.name, what: operation, on }, write);
}

/** The app that the path names. */
export function findApp({ params }: AdminCall, { apps }: Registry): App {
  const app = apps.findById(params.appId ?? '');
  if (app) return app;
  throw new HubError(
    'notFound',
    'There is no app of this id: PUT makes it, and /admin/apps lists those that are.',
  );
}

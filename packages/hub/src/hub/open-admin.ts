// The operators' half of the services, part of the hub's composition: how host names are verified, what seals the ids
// that operators see, and whose subjects a user's id may be.
import { issuerOf } from '../auth/provider/claims.ts';
import { openPasswordLinks } from '../auth/provider/sign-in/password-link.ts';
import type { PasswordTurns } from '../auth/provider/sign-in/password-turns.ts';
import type { Config } from '../config/config.ts';
import type { Committer } from '../feed/commit.ts';
import type { Clock } from '../lib/clock.ts';
import { openSeal, type Secrets } from '../lib/seal.ts';
import { TokenBuckets } from '../lib/token-bucket.ts';
import { checksPerMinute } from '../operations/admin/channels/check.ts';
import { type HostVerifier, openHostVerifier } from '../operations/admin/hosts/host-verifier.ts';
import { openRedrives, type Redrives } from '../operations/admin/redrives/redrives.ts';
import type { Services } from '../operations/kernel/call.ts';
import type { ChannelDescriptors } from '../push/channels/descriptor.ts';
import type { Registry } from '../store/registry.ts';
import type { FeedReader, FeedStore } from '../store/store.ts';
import type { Logger } from '../telemetry/log.ts';

export interface AdminBase {
  readonly config: Pick<
    Config,
    'allowPrivatePush' | 'findProxy' | 'issuers' | 'operatorReadContent' | 'publicUrl'
  >;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly descriptors: ChannelDescriptors;
  readonly passwordTurns: PasswordTurns;
  /** Absent: the world's DNS. */
  readonly hostVerifier: HostVerifier | undefined;
}

type AdminServices = Pick<
  Services,
  | 'registry'
  | 'channelChecks'
  | 'readContent'
  | 'descriptors'
  | 'hosts'
  | 'adminSeal'
  | 'issuers'
  | 'passwordLinks'
  | 'passwordTurns'
>;

export function openAdminServices(
  { config, registry, clock, hostVerifier, descriptors, passwordTurns }: AdminBase,
  secret: Secrets,
): AdminServices {
  const { issuers, publicUrl, findProxy, allowPrivatePush: allowPrivate } = config;
  return {
    registry,
    channelChecks: new TokenBuckets(
      { perMinute: checksPerMinute, burst: checksPerMinute, keysMax: 10_000 },
      clock,
    ),
    readContent: config.operatorReadContent,
    descriptors,
    passwordTurns,
    hosts: hostVerifier ?? openHostVerifier({ allowPrivate, findProxy }),
    // Steady, so that one delivery always has the same id.
    adminSeal: openSeal(secret, 'admin list', { steady: true }),
    issuers: issuers.length > 0 ? issuers : [issuerOf(publicUrl)],
    passwordLinks:
      issuers.length > 0 ? null : openPasswordLinks({ registry, issuer: issuerOf(publicUrl), clock }),
  };
}

interface RedriveParts {
  readonly read: FeedReader;
  readonly committer: Committer;
  readonly store: Pick<FeedStore, 'shared'>;
  /** Null: this hub leaves pushes, and redrives that are under way, to another. */
  readonly dispatcher: object | null;
}

export function openRedriving(
  { clock, log, registry }: Pick<AdminBase, 'clock' | 'registry'> & { readonly log: Logger },
  { read, committer, store, dispatcher }: RedriveParts,
): Redrives {
  return openRedrives({
    ...{ read, committer, clock, stored: registry.redrives },
    isAlone: dispatcher && !store.shared,
    onFailure: (error) => log.warn({ err: error }, 'a redrive of many has come to a fault'),
  });
}

// The admin half of the hub, part of its composition: what operators see of feeds, how host names are verified, and the
// operations over both.
import { issuerOf } from '../auth/provider/open-provider.ts';
import type { Config } from '../config/config.ts';
import type { Committer } from '../feed/commit.ts';
import type { Clock } from '../lib/clock.ts';
import { openSeal } from '../lib/seal.ts';
import { type AdminRunner, type AdminRunnerOptions, openAdminRunner } from '../operations/admin/run.ts';
import { type HostVerifier, openHostVerifier } from '../operations/admin/verify-host.ts';
import type { ChannelDescriptors } from '../push/channels/descriptor.ts';
import type { Registry } from '../store/registry.ts';
import type { FeedReader } from '../store/store.ts';

export interface AdminBase {
  readonly config: Pick<Config, 'allowPrivatePush' | 'issuers' | 'publicUrl'>;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly descriptors: ChannelDescriptors;
  /** Absent: the world's DNS. */
  readonly hostVerifier: HostVerifier | undefined;
}

export interface AdminLine {
  readonly read: FeedReader;
  readonly committer: Committer;
  readonly secret: Buffer;
}

export function openAdmin(
  { config, clock, registry, hostVerifier, descriptors }: AdminBase,
  { read, committer, secret }: AdminLine,
  door: Omit<AdminRunnerOptions, 'services'>,
): AdminRunner {
  const { issuers, publicUrl, allowPrivatePush: allowPrivate } = config;
  const services = {
    clock,
    registry,
    channels: descriptors,
    hosts: hostVerifier ?? openHostVerifier({ allowPrivate }),
    // Steady, so that one delivery always has the same id.
    seal: openSeal(secret, 'admin list', { steady: true }),
    issuers: issuers.length > 0 ? issuers : [issuerOf(publicUrl)],
    feed: {
      read,
      redrive: async (deliveries: AdminDeliveries) =>
        (await committer.commit({ kind: 'redrive', deliveries })).redriven,
    },
  };
  return openAdminRunner({ ...door, services });
}

type AdminDeliveries = Parameters<AdminRunnerOptions['services']['feed']['redrive']>[0];

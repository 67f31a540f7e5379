// The registry over any SQL database, put together: its parts over one session, and the memory that answers at once.
// A back end opens its session and memory, and gets the whole contract of store/registry from here.
import type { AuditedWrites, Registry } from '../registry.ts';
import type { SecretBoxes } from '../secret-box.ts';
import { openAppWrites, openKnownApps } from './apps.ts';
import { openAudit } from './audit.ts';
import { openCredentialWrites, openKnownCredentials } from './credentials.ts';
import type { Dialect } from './dialect.ts';
import { openMeta } from './facts.ts';
import { openHostClaims } from './hosts.ts';
import { openKeyWrites, openKnownKeys } from './keys.ts';
import { openRedrives } from './redrives/redrives.ts';
import { openRefreshFamilies } from './refresh-families.ts';
import { openKnownRevocations, openRevocationWrites } from './revocations.ts';
import type { Memory, Session } from './session.ts';
import { openTickets } from './tickets.ts';
import { openUsers } from './users.ts';
import {
  openChangeSubscriptionWrites,
  openKnownChangeSubscriptions,
} from './webhooks/change-subscriptions.ts';

export interface RegistryParts {
  readonly session: Session & { startServing?(): void; close(): Promise<void> };
  readonly memory: Memory;
  readonly boxes: SecretBoxes;
  readonly dialect: Dialect;
}

export function openSqlRegistry({ session, memory, boxes, dialect }: RegistryParts): Registry {
  const writesIn = (within: Session): AuditedWrites => ({
    apps: openAppWrites(within, dialect),
    hostClaims: openHostClaims(within),
    credentials: openCredentialWrites(within, boxes),
    users: openUsers(within),
    refreshFamilies: openRefreshFamilies(within),
    revocations: openRevocationWrites(within),
    changeSubscriptions: openChangeSubscriptionWrites(within, boxes),
    redrives: openRedrives(within),
    meta: openMeta(within),
    keys: openKeyWrites(within),
  });
  const own = writesIn(session);
  return {
    apps: { ...openKnownApps(memory), put: own.apps.put },
    hostClaims: own.hostClaims,
    credentials: { ...openKnownCredentials(memory, boxes), ...own.credentials },
    audit: openAudit(session, writesIn),
    users: own.users,
    grants: dialect.grants(session),
    refreshFamilies: own.refreshFamilies,
    revocations: { ...openKnownRevocations(memory), ...own.revocations },
    changeSubscriptions: {
      ...openKnownChangeSubscriptions(memory),
      ...own.changeSubscriptions,
    },
    redrives: openRedrives(session),
    meta: own.meta,
    keys: openKnownKeys(memory),
    tickets: openTickets(dialect.tickets(session)),
    startServing: () => session.startServing?.(),
    close: () => session.close(),
  };
}

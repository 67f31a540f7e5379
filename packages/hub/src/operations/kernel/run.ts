// The steps of every operation, in this order and once, whatever the transport:
//   admit   authenticate ▶ throttle ▶ authorize            (before a byte of the body is read)
//   run     read the body ▶ whose feed ▶ the verb
// The order is that of the status table (docs/api.md, Errors), so the first thing that is wrong is what is answered.
import type { GraphVersion, OperationName } from '@carillon/protocol';
import type { Identity } from '../../auth/authenticate.ts';
import type { Authorizer } from '../../auth/authorize.ts';
import { denied, invalid, notFound } from '../../model/errors.ts';
import type { AppPrincipal, User, UserPrincipal } from '../../model/principal.ts';
import type { Throttle } from '../../throttle/throttle.ts';
import { verbTable } from '../table.ts';
import type { Answer, AnyCall, Call, Query, Services } from './call.ts';
import type { Door, Knock } from './door.ts';
import { checkQuery } from './query.ts';

/** What is known before the body. */
export interface Head extends Knock {
  readonly operation: OperationName;
  readonly version: GraphVersion;
}

export interface Request {
  /** `me` is null. */
  readonly userParam: string | null;
  readonly id: string;
  readonly query: Query;
  readonly ifMatch: string | null;
  readonly lastEventId: string | null;
  /** Parsed JSON, for an operation that takes a body. */
  readonly json: unknown;
}

export interface Admission {
  readonly head: Head;
  readonly identity: Identity;
  readonly principal: UserPrincipal | AppPrincipal;
  readonly unsId: string | null;
}

export interface Runner {
  /** Answers at once for a token that is known, so that the hot path waits for nothing. */
  admit(head: Head): Admission | Promise<Admission>;
  run(admission: Admission, request: Request): Promise<Answer>;
}

export interface RunnerOptions {
  readonly door: Door;
  readonly authorizer: Authorizer;
  readonly throttle: Throttle;
  readonly services: Services;
}

export function openRunner({ door, authorizer, throttle, services }: RunnerOptions): Runner {
  function allow(head: Head, identity: Identity, unsId: string | null): Admission {
    // Only a genuine UNS-ID names a user: made-up ones must not each get an allowance of their own.
    const named = identity.appOnly && unsId !== null ? services.unsIds.read(unsId) : null;
    throttle.count(identity, named?.user ?? null);
    return { head, identity, principal: authorizer.authorize(identity, head.operation), unsId };
  }

  return {
    admit: (head) => door.enter(head, (identity, unsId) => allow(head, identity, unsId)),
    async run(admission, request) {
      const { operation, version } = admission.head;
      const verb = verbTable[operation];
      checkQuery(request.query, verb.query);
      const body = verb.readBody?.(request.json, services);
      const acting = admission.unsId === null ? null : await readActing(admission.unsId, admission, services);
      const user =
        admission.principal.kind === 'user'
          ? admission.principal.user
          : await targetOf(acting, admission, request, services);
      checkWhose(user, request);
      const { identity, principal } = admission;
      const { id, query, ifMatch, lastEventId } = request;
      const call: AnyCall = {
        operation,
        version,
        identity,
        principal,
        user,
        acting,
        id,
        query,
        ifMatch,
        lastEventId,
        body,
      };
      return verb.run(call as Call<never, never>, services);
    },
  };
}

/** The subscription that the X-UNS-ID names: a living one of the caller's app, and of the caller when it is a user. */
async function readActing(
  unsId: string,
  { principal }: Admission,
  services: Services,
): Promise<AnyCall['acting']> {
  const named = services.unsIds.read(unsId);
  const subscription = named && (await services.read.subscription(named.user, named.id));
  const own = subscription && (principal.kind === 'app' || principal.user.key === subscription.user);
  if (!own || subscription.app !== principal.app.id || subscription.leaseUntil <= services.clock.now()) {
    throw denied(
      'X-UNS-ID names no living subscription of this app and user: register the device again.',
      'X-UNS-ID',
    );
  }
  return { unsId, subscription };
}

function checkWhose(user: User, { userParam }: Request): void {
  if (userParam === null || userParam === user.subject) return;
  if (userParam.toLowerCase() === user.name.toLowerCase()) return;
  throw denied(
    'The caller can not act for that user: use "me", or the user of the token or of the X-UNS-ID.',
  );
}

/** An app's own token names no user: its X-UNS-ID does, or for what it may read under `users/{id}`, the path. */
async function targetOf(
  acting: AnyCall['acting'],
  { head, principal }: Admission,
  { userParam }: Request,
  { read }: Services,
): Promise<User> {
  if (!acting && head.operation === 'listDeliveries' && userParam !== null && principal.kind === 'app') {
    const named = await read.findOwner(principal.issuer, userParam);
    if (!named) throw notFound();
    return { key: named.user, issuer: named.issuer, subject: named.subject, name: named.name };
  }
  if (!acting) throw denied('An app-only token needs an X-UNS-ID, which names the user.', 'X-UNS-ID');
  const { user } = acting.subscription;
  const owner = await read.owner(user);
  if (!owner) throw invalid('X-UNS-ID names a user without a feed.', 'X-UNS-ID');
  return { key: user, issuer: owner.issuer, subject: owner.subject, name: owner.name };
}

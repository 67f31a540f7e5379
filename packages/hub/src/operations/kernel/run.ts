// The steps of every operation, in this order and once, whatever the transport:
//   admit   authenticate ▶ throttle ▶ authorize            (before a byte of the body is read)
//   run     query ▶ body ▶ whose feed ▶ the verb ▶ its answer, written as a value
// The order is that of the status table (docs/api.md, Errors), so the first thing that is wrong is what is answered.
import type { GraphVersion } from '@carillon/protocol';
import { type AccessAudit, unknownCaller } from '../../auth/access-audit.ts';
import type { Authenticator, Identity } from '../../auth/authenticate.ts';
import type { Authorizer } from '../../auth/authorize.ts';
import { denied, HubError, invalid, notFound } from '../../model/errors.ts';
import { isSameName } from '../../model/fold-name.ts';
import type { AppPrincipal, Principal, User, UserKey, UserPrincipal } from '../../model/principal.ts';
import type { Throttle } from '../../throttle/throttle.ts';
import { type WrittenAnswer, writeAnswer } from './answer.ts';
import type { Acting, Services } from './call.ts';
import type { Operation } from './operation.ts';
import { nameOptions, type Query, readQuery } from './query.ts';

/** What is known of a request before its body. */
export interface Arrival {
  readonly operation: Operation;
  readonly version: GraphVersion;
  /** The bearer token, if there is one. */
  readonly token: string | null;
  readonly ticket: string | null;
  /** With a ticket, the cursor that its stream has come to, when it was open before. */
  readonly lastEventId: string | null;
  readonly unsId: string | null;
  /** Where the request comes from. */
  readonly address: string;
  /** The trace that it belongs to, as W3C writes it. */
  readonly traceparent?: string | null;
}

export interface Request {
  /** Of the path, by name; `user` is absent for `me`. */
  readonly params: Readonly<Record<string, string>>;
  /** As it was asked for, without the query. */
  readonly path: string;
  readonly query: Query;
  readonly ifMatch: string | null;
  readonly lastEventId: string | null;
  readonly prefer: string | null;
  /** Parsed JSON, for an operation that takes a body. */
  readonly json: unknown;
  /** Whether it is answered without its body, so that no device has fetched what it holds. */
  readonly isHead?: boolean;
}

export interface Admission {
  readonly arrival: Arrival;
  readonly identity: Identity;
  readonly principal: Principal;
  /** Of the token, or whom a genuine UNS-ID names. */
  readonly user: UserKey | null;
  readonly unsId: string | null;
  /** To be called when the stream of the ticket has ended. */
  readonly release: (() => void) | null;
}

export interface Runner {
  /** Answers at once for a token that is known, so that the hot path waits for nothing. */
  admit(arrival: Arrival): Admission | Promise<Admission>;
  run(admission: Admission, request: Request): Promise<WrittenAnswer>;
  /** Admits a part of a request that was admitted: by the same identity, and counted like any request. */
  admitPart(whole: Admission, part: Pick<Arrival, 'operation' | 'unsId'>): Admission;
  /** Counts a request of parts, which is not counted itself, when it or one of them is refused before it is admitted. */
  countRefused(whole: Admission): void;
}

export interface RunnerOptions {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly throttle: Throttle;
  readonly access: AccessAudit;
  readonly services: Services;
  readonly publicUrl: string;
}

export function openRunner(options: RunnerOptions): Runner {
  const { authenticator, throttle, access } = options;

  const allow = openAllow(options);

  /** A token or a ticket becomes an identity. What fails counts against its address; a valid one is never refused for that. */
  async function verify(arrival: Arrival): Promise<Admission> {
    const { token, ticket, unsId, address } = arrival;
    try {
      // What is refused counts here too, and so it must settle here.
      if (ticket !== null) return await spendTicket(ticket, arrival, options, allow);
      if (token === null)
        throw new HubError('invalidToken', 'Send an Authorization header with a bearer token.');
      return allow(arrival, await authenticator.authenticate(token), unsId);
    } catch (error) {
      if (error instanceof HubError && error.kind === 'invalidToken') {
        noteRefused(arrival, access);
        throttle.countFailure(address);
      }
      throw error;
    }
  }

  return {
    admit(arrival) {
      const known = arrival.token === null ? null : authenticator.cached(arrival.token);
      return known ? allow(arrival, known, arrival.unsId) : verify(arrival);
    },
    run: (admission, request) => runOperation(admission, request, options),
    admitPart: ({ arrival, identity }, part) => allow({ ...arrival, ...part }, identity, part.unsId),
    countRefused: ({ identity }) => throttle.count(identity, null),
  };
}

async function runOperation(
  admission: Admission,
  request: Request,
  { services, publicUrl, throttle }: RunnerOptions,
): Promise<WrittenAnswer> {
  const { arrival, identity, principal } = admission;
  const { operation, version, address } = arrival;
  const { params, path, ifMatch, lastEventId, prefer, json, isHead = false } = request;
  const options = operation.query ?? noOptions;
  const given = request.query.size === 0 ? request.query : nameOptions(options, request.query);
  const query = options === noOptions ? noOptions : readQuery(options, given);
  const body = operation.body?.read(json, { services, params });
  const { user, acting } =
    principal.kind === 'operator' || operation.access === 'batch'
      ? nobodys
      : await readWhose(admission, request, services);
  const answer = await operation.run(
    {
      ...{
        user,
        acting: isHead ? null : acting,
        operation: operation.name,
        version,
        address,
        identity,
        principal,
      },
      ...{ params, query, given, ifMatch, lastEventId, prefer, body },
      count: () => throttle.count(identity, null),
    },
    services,
  );
  const asked = { publicUrl, version, principal, params, path, given, prefer };
  return writeAnswer(answer, operation.answer, asked);
}

type Allow = (arrival: Arrival, identity: Identity, unsId: string | null) => Admission;

function openAllow({ throttle, authorizer, services }: RunnerOptions): Allow {
  return (arrival, identity, unsId) => {
    // Only a genuine UNS-ID names a user: made-up ones must not each get an allowance of their own.
    const named = identity.appOnly && unsId !== null ? services.unsIds.read(unsId) : null;
    const { access } = arrival.operation;
    const count = (): void => throttle.count(identity, named?.user ?? null);
    // A batch counts by its parts, and by itself only when it is refused.
    if (access !== 'batch') count();
    const principal = unlessRefused(
      () => authorizer.authorize(identity, access),
      access === 'batch' ? count : null,
    );
    const user = keyOf(principal) ?? named?.user ?? null;
    return { arrival, identity, principal, user, unsId, release: null };
  };
}

function unlessRefused(authorize: () => Principal, refused: (() => void) | null): Principal {
  try {
    return authorize();
  } catch (error) {
    refused?.();
    throw error;
  }
}

function keyOf(principal: Principal): UserKey | null {
  return principal.kind === 'user' ? principal.user.key : null;
}

function noteRefused({ token, ticket, address }: Arrival, access: AccessAudit): void {
  if (token === null && ticket === null) return;
  const on = ticket === null ? 'bearer' : 'ticket';
  access.refuse({ what: 'tokenRefused', who: unknownCaller, from: address, on });
}

/** What is refused afterwards gives the ticket back. */
async function spendTicket(
  ticket: string,
  arrival: Arrival,
  { services, authorizer }: RunnerOptions,
  allow: Allow,
): Promise<Admission> {
  const { lastEventId, operation } = arrival;
  // A ticket that somebody found in a log does not open its stream again: whoever comes back has a cursor of it.
  const comesBack = (identity: Identity): boolean =>
    lastEventId !== null &&
    isCursorOf(() => authorizer.authorize(identity, operation.access), lastEventId, services);
  const { identity, unsId, release } = await services.tickets.spend(ticket, comesBack);
  try {
    return { ...allow(arrival, identity, unsId), release };
  } catch (error) {
    release();
    throw error;
  }
}

function isCursorOf(principalOf: () => Principal, text: string, { cursors }: Services): boolean {
  try {
    const principal = principalOf();
    return principal.kind === 'user' && !!cursors.read(principal.user.key, principal.visibility, text);
  } catch {
    return false;
  }
}

interface Whose {
  readonly user: User | null;
  readonly acting: Acting | null;
}

const noOptions = {};
const nobodys: Whose = { user: null, acting: null };

/** Whose feed it is; refused when the caller may not act for that user. */
async function readWhose(admission: Admission, request: Request, services: Services): Promise<Whose> {
  const { principal, unsId } = admission;
  if (principal.kind === 'operator') return nobodys;
  const acting = unsId === null ? null : await readActing(unsId, principal, services);
  if (principal.kind === 'app' && admission.arrival.operation.access === 'appOrUser')
    return { user: null, acting };
  const user =
    principal.kind === 'user'
      ? principal.user
      : await readTarget(acting, principal, { ...admission.arrival, ...request }, services);
  checkWhose(user, request);
  return { user, acting };
}

/** The subscription that the X-UNS-ID names: a living one of the caller's app, and of the caller when it is a user. */
async function readActing(
  unsId: string,
  principal: UserPrincipal | AppPrincipal,
  { unsIds, read, clock }: Services,
): Promise<Acting> {
  const named = unsIds.read(unsId);
  const subscription = named && (await read.subscription(named.user, named.id));
  const own = subscription && (principal.kind === 'app' || principal.user.key === subscription.user);
  if (!own || subscription.app !== principal.app.id || subscription.leaseUntil <= clock.now()) {
    throw denied(
      'X-UNS-ID names no living subscription of this app and user: register the device again.',
      'X-UNS-ID',
    );
  }
  return { unsId, subscription };
}

function checkWhose(user: User, { params }: Request): void {
  const named = params.user;
  if (named === undefined || named === user.subject) return;
  if (isSameName(named, user.name)) return;
  throw denied(
    'The caller can not act for that user: use "me", or the user of the token or of the X-UNS-ID.',
  );
}

/** An app's own token names no user: its X-UNS-ID does, or where the operation allows it the path. */
async function readTarget(
  acting: Acting | null,
  { issuer }: AppPrincipal,
  { operation, params }: Pick<Arrival, 'operation'> & Pick<Request, 'params'>,
  { read }: Services,
): Promise<User> {
  if (!acting && operation.access === 'userOrAppByPath' && params.user !== undefined) {
    const named = await read.findOwner(issuer, params.user);
    if (!named) throw notFound();
    return { key: named.user, issuer: named.issuer, subject: named.subject, name: named.name };
  }
  if (!acting) throw denied('An app-only token needs an X-UNS-ID, which names the user.', 'X-UNS-ID');
  const { user } = acting.subscription;
  const owner = await read.owner(user);
  if (!owner) throw invalid('X-UNS-ID names a user without a feed.', 'X-UNS-ID');
  return { key: user, issuer: owner.issuer, subject: owner.subject, name: owner.name };
}

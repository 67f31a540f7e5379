// `carillon listen`: what changes in a user's feed, posted to an endpoint as the hub's webhooks are. For a developer whose
// machine the hub can't reach: the stream comes from here, so nothing has to be let in. In order, and again until it is taken.
import type { Frame } from '@carillon/protocol';
import { BoundedMap } from '../lib/bounded-map.ts';
import { pause } from '../lib/clock.ts';
import { random } from '../lib/random.ts';
import type { WebhookChange } from '../model/change-subscription.ts';
import { userKey } from '../model/principal.ts';
import { changeValue } from '../webhooks/payload.ts';
import { pauseMs } from '../webhooks/post.ts';
import { signedHeaders } from '../webhooks/signature.ts';
import { type Caller, callHub, readAnswer } from './call-hub.ts';
import type { ForwardState } from './forward-state.ts';

export interface Forwarding {
  readonly url: string;
  readonly state: ForwardState;
  /** Comes with every change, as that of a change subscription. */
  readonly clientState: string | null;
  /** Resource data is encrypted for it: DER in base64. */
  readonly certificate: string | null;
  readonly now: () => number;
  /** One line on what came of a webhook, or of the stream. */
  readonly report: (line: string) => void;
}

type ChangeFrame = Extract<Frame, { type: 'change' }>;

const answerMs = 10_000;
const againMs = 1000;
const longestPauseMs = 10_000;
const lifeMs = 3_600_000;

/** Goes on until its process ends. */
export async function forward(caller: Caller, forwarding: Forwarding): Promise<never> {
  const { state, report } = forwarding;
  const owner = ownerOf(caller.token);
  const changes = openChangeReader(owner, forwarding);
  for (;;) {
    try {
      for await (const frame of follow(caller, state.cursor)) {
        if (frame.type === 'resync') state.keep(null);
        if (!('cursor' in frame)) break;
        if (frame.type === 'ready') report('listening');
        if (frame.type === 'change') await post(changes.read(frame), owner, forwarding);
        state.keep(frame.cursor);
      }
    } catch (error) {
      report(error instanceof Error ? error.message : String(error));
    }
    await pause(againMs);
  }
}

/** The frames of a stream, until it ends. */
async function* follow(caller: Caller, cursor: string | null): AsyncGenerator<Frame> {
  const answer = await callHub(caller, 'POST', 'notifications/streamTicket');
  const { ticket } = readAnswer<{ ticket: string }>(answer, 'ticket');
  const query = new URLSearchParams({ ticket, ...(cursor === null ? {} : { $deltatoken: cursor }) });
  const url = `${caller.publicUrl.replace(/^http/, 'ws')}/v1.0/me/notifications/stream?${query}`;
  const socket = new WebSocket(url);
  const frames: Frame[] = [];
  let ended = false;
  let wake = (): void => {};
  socket.addEventListener('message', ({ data }) => {
    frames.push(JSON.parse(String(data)));
    wake();
  });
  socket.addEventListener('close', () => {
    ended = true;
    wake();
  });
  try {
    while (!ended || frames.length > 0) {
      const frame = frames.shift();
      if (frame) yield frame;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    socket.close();
  }
}

/**
 * Each frame as the change that the hub itself tells endpoints of, so that one payload serves both. After a stream that was
 * away only the latest state of a notification comes, so created and updated may be one there.
 */
function openChangeReader(owner: Owner, { state, certificate }: Forwarding) {
  const user = userKey(owner.issuer, owner.subject);
  const seen = new BoundedMap<string, number>({ entriesMax: 10_000 });
  return {
    read({ value }: ChangeFrame): WebhookChange {
      const { id } = value;
      const about = { backlog: state.subscriptionId, user, notification: id, seq: 0, place: 0 };
      const before = seen.get(id);
      if ('@removed' in value) {
        seen.delete(id);
        // It has no ETag here, but is the next change of what was seen.
        return {
          ...about,
          type: 'deleted',
          changes: before === undefined ? 0 : before + 1,
          at: 0,
          data: null,
        };
      }
      const changes = changesOf(value);
      seen.set(id, changes);
      const at = Date.parse(value.lastModifiedDateTime);
      const data = certificate === null ? null : JSON.stringify(value);
      return { ...about, type: changes === 1 ? 'created' : 'updated', changes, at, data };
    },
  };
}

/** Its ETag counts them. */
function changesOf(value: object): number {
  const etag = String(Reflect.get(value, '@odata.etag'));
  return Number(/^W\/"(\d+)"$/.exec(etag)?.[1] ?? 0);
}

async function post(change: WebhookChange, owner: Owner, forwarding: Forwarding): Promise<void> {
  const { url, state, now, report } = forwarding;
  const { body, id } = bodyOf(change, owner, forwarding);
  for (let attempts = 1; ; attempts++) {
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      ...signedHeaders({ id, body, secrets: [state.secret], now: now() }),
    };
    const signal = AbortSignal.timeout(answerMs);
    const asked = { method: 'POST', headers, body, signal, redirect: 'manual' } as const;
    const status = await fetch(url, asked).then(
      (response) => response.status,
      () => null,
    );
    report(`${change.type} ${change.notification}: ${status ?? 'no answer'}`);
    if (status !== null && status >= 200 && status < 300) return;
    await pause(Math.min(longestPauseMs, pauseMs(attempts, random)));
  }
}

function bodyOf(change: WebhookChange, owner: Owner, forwarding: Forwarding) {
  const { state, clientState, certificate, now } = forwarding;
  const told = {
    ...{
      id: state.subscriptionId,
      expires: now() + lifeMs,
      clientState,
      resource: 'me/notifications' as const,
    },
    ...{ withData: certificate !== null, certificate, certificateId: null },
  };
  const value = changeValue(change, told, { owner, unsId: () => '' });
  return { id: `msg_${value.id}`, body: JSON.stringify({ value: [value] }) };
}

interface Owner {
  readonly issuer: string;
  readonly subject: string;
}

/** As the hub reads them; empty for a token that is none of its own form. */
function ownerOf(token: string): Owner {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return { issuer: String(claims.iss ?? ''), subject: String(claims.oid ?? claims.sub ?? '') };
  } catch {
    return { issuer: '', subject: '' };
  }
}

// `carillon listen`: what changes in a user's feed, posted to an endpoint as webhooks are. For a developer whose machine the
// hub can't reach: the stream comes from here, so nothing has to be let in. In order, and again until it is taken.
import { randomUUID } from 'node:crypto';
import type { Frame } from '@carillon/protocol';
import { pause } from '../lib/clock.ts';
import { random } from '../lib/random.ts';
import type { SigningSecret } from '../model/change-subscription.ts';
import { formatDateTime } from '../model/date-time.ts';
import { pauseMs } from '../webhooks/post.ts';
import { signedHeaders } from '../webhooks/signature.ts';
import { type Caller, callHub, readAnswer } from './call-hub.ts';

export interface Forwarding {
  readonly url: string;
  readonly secret: SigningSecret;
  readonly now: () => number;
  /** One line on what came of a webhook, or of the stream. */
  readonly report: (line: string) => void;
}

type Change = Extract<Frame, { type: 'change' }>;

const answerMs = 10_000;
const againMs = 1000;
const longestPauseMs = 10_000;
const lifeMs = 3_600_000;

/** Goes on until its process ends. */
export async function forward(caller: Caller, forwarding: Forwarding): Promise<never> {
  const subscriptionId = randomUUID();
  const subject = subjectOf(caller.token);
  let cursor = 'latest';
  for (;;) {
    try {
      for await (const frame of follow(caller, cursor)) {
        if (frame.type === 'resync') cursor = 'latest';
        if (!('cursor' in frame)) break;
        if (frame.type === 'ready') forwarding.report('listening');
        if (frame.type === 'change')
          await post(forwardedValue(frame, { subject, subscriptionId }), forwarding);
        cursor = frame.cursor;
      }
    } catch (error) {
      forwarding.report(error instanceof Error ? error.message : String(error));
    }
    await pause(againMs);
  }
}

/** The frames of a stream, until it ends. */
async function* follow(caller: Caller, cursor: string): AsyncGenerator<Frame> {
  const answer = await callHub(caller, 'POST', 'notifications/streamTicket');
  const { ticket } = readAnswer<{ ticket: string }>(answer, 'ticket');
  const query = new URLSearchParams({ ticket, ...(cursor === 'latest' ? {} : { $deltatoken: cursor }) });
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

/** After a stream that was away only the latest state of a notification comes, so created and updated may be one there. */
function forwardedValue(
  { value }: Change,
  { subject, subscriptionId }: { subject: string; subscriptionId: string },
) {
  const { id } = value;
  const resource = `users/${encodeURIComponent(subject)}/notifications/${id}`;
  return {
    id: randomUUID(),
    subscriptionId,
    changeType: typeOf(value),
    resource,
    resourceData: { '@odata.type': '#microsoft.graph.notification', '@odata.id': resource, id },
  };
}

function typeOf(value: Change['value']): string {
  if ('@removed' in value) return 'deleted';
  const { contentVersion, createdDateTime, lastModifiedDateTime } = value;
  return contentVersion === 1 && createdDateTime === lastModifiedDateTime ? 'created' : 'updated';
}

async function post(value: ReturnType<typeof forwardedValue>, forwarding: Forwarding): Promise<void> {
  const { url, secret, now, report } = forwarding;
  const until = formatDateTime(now() + lifeMs);
  const whole = { ...value, subscriptionExpirationDateTime: until, clientState: null };
  const body = JSON.stringify({ value: [whole] });
  for (let attempts = 1; ; attempts++) {
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      ...signedHeaders({ id: `msg_${value.id}`, body, secrets: [secret], now: now() }),
    };
    const signal = AbortSignal.timeout(answerMs);
    const asked = { method: 'POST', headers, body, signal, redirect: 'manual' } as const;
    const status = await fetch(url, asked).then(
      (response) => response.status,
      () => null,
    );
    report(`${value.changeType} ${value.resourceData.id}: ${status ?? 'no answer'}`);
    if (status !== null && status >= 200 && status < 300) return;
    await pause(Math.min(longestPauseMs, pauseMs(attempts, random)));
  }
}

/** As the hub reads it; empty for a token that is none of its own form. */
function subjectOf(token: string): string {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return String(claims.oid ?? claims.sub ?? '');
  } catch {
    return '';
  }
}

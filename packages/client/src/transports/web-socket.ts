// The stream over a WebSocket. A page can't set headers on one, so it opens with a one-time ticket; Node can, which saves
// a request. A script can't see why an upgrade was refused, so the answer to the ticket shows whether the hub is reached and
// accepts the token. A script can't see pings either, so silence proves nothing: a cheap read does.
import { offline } from '../requests/hub-error.ts';
import { FrameLink, type Link, type LinkAsk, type OpenLink, TransportBlocked } from './link.ts';

/** The browsers' class; Node's takes `{ headers }` in place of the subprotocols. */
export type WebSocketClass = new (url: string, options?: string[]) => WebSocket;

export interface WebSocketOptions {
  readonly WebSocket: WebSocketClass;
  /** Whether it takes `{ headers }` as its second argument. */
  readonly takesHeaders: boolean;
}

export function webSocketTransport(options: WebSocketOptions): OpenLink {
  let hasFailed = false;
  return async (ask) => {
    // One request a try: while a hub is down, each counts. The second try is by ticket, whose answer has the reason.
    if (options.takesHeaders && !hasFailed) {
      return openWithHeaders(ask, options).catch((error: unknown) => {
        hasFailed = true;
        throw offline(error instanceof TransportBlocked ? null : error);
      });
    }
    hasFailed = false;
    const ticket = await ask.requests.streamTicket(ask.signal);
    return openSocket(ask, new options.WebSocket(urlOf(ask, { ticket }))).catch((error: unknown) => {
      throw ask.signal.aborted ? error : new TransportBlocked();
    });
  };
}

async function openWithHeaders(ask: LinkAsk, { WebSocket }: WebSocketOptions): Promise<Link> {
  const token = await ask.requests.token();
  const { device } = ask.requests;
  const headers = { authorization: `Bearer ${token}`, ...(device === null ? {} : { 'x-uns-id': device }) };
  return openSocket(ask, new WebSocket(urlOf(ask, {}), { headers } as unknown as string[]));
}

function urlOf(ask: LinkAsk, query: Readonly<Record<string, string>>): string {
  return ask.requests.streamUrl({ $deltatoken: ask.cursor(), ...query });
}

async function openSocket(ask: LinkAsk, socket: WebSocket): Promise<Link> {
  const link = new FrameLink({
    ask,
    isAlive: () => missesNothing(ask),
    acknowledge: (cursor) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'ack', cursor }));
    },
  });
  socket.onmessage = ({ data }) => link.take(String(data));
  socket.onclose = () => link.end();
  socket.onerror = () => link.end();
  ask.signal.addEventListener('abort', () => link.end(), { once: true });
  void link.ended.then(() => socket.close());
  await link.begun;
  return link;
}

/** Nothing has changed since the last frame: the stream has missed nothing, whether it is alive or not. */
async function missesNothing({ requests, cursor, signal }: LinkAsk): Promise<boolean> {
  const page = await requests.delta({ done: true, deltaToken: cursor() }, { top: 1, signal });
  return page.values.length === 0 && page.cursor.done;
}

// The handshake before an endpoint is registered: it must answer a token that it is sent, so that nobody registers the
// endpoint of somebody else.
import { randomBytes } from 'node:crypto';
import { invalid } from '../model/errors.ts';
import type { PushTransport } from '../push/channels/contract.ts';

/** Throws `invalidRequest` unless it answers 200 with the decoded token as text within the time of the transport. */
export async function shakeHands(url: string, target: string, transport: PushTransport): Promise<void> {
  const id = randomBytes(16).toString('hex');
  const token = `Validation: is this endpoint reachable for change notifications? Request-Id: ${id}`;
  const answer = await transport.request({
    method: 'POST',
    url: withToken(url, token),
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: '',
    trusted: false,
    http2Only: false,
  });
  const failed = (what: string) =>
    invalid(
      `"${target}" did not pass the handshake: ${what}. It must answer POST ?validationToken=… within 10 s with 200, Content-Type text/plain and the decoded token.`,
      target,
    );
  if ('failure' in answer) throw failed(reasonOf(answer.failure));
  if (answer.status !== 200) throw failed(`it answered ${answer.status}`);
  if (!/^\s*text\/plain\s*(?:;|$)/i.test(answer.headers['content-type'] ?? ''))
    throw failed('it answered another type of content');
  if (answer.body !== token) throw failed('it answered another text');
}

/** Its own query is kept as it is. */
function withToken(url: string, token: string): string {
  const asked = new URL(url);
  asked.hash = '';
  const own = asked.search === '' ? '?' : `${asked.search}&`;
  return `${asked.origin}${asked.pathname}${own}validationToken=${encodeURIComponent(token)}`;
}

function reasonOf(failure: string): string {
  switch (failure) {
    case 'timeout':
      return 'it did not answer in time';
    case 'forbidden':
      return 'it leads inside a private network';
    default:
      return 'it can not be reached';
  }
}

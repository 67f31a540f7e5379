// The head of a push message (RFC 8030, section 5): how long it lives, how urgent it is, what it replaces, how its body
// is encoded. Reads it as a push service does and says the first fault.
import type { ReceivedRequest } from '../simulator.ts';

const urgencies = ['very-low', 'low', 'normal', 'high'] as const;
type Urgency = (typeof urgencies)[number];

export interface MessageHead {
  readonly ttlSeconds: number;
  readonly urgency: Urgency;
  readonly topic: string | null;
}

export interface MessageFault {
  readonly status: 400 | 413;
  readonly message: string;
}

/** RFC 8030, section 7.2: what every push service takes; the large ones take no more. */
const bodyMax = 4096;

export function readMessageHead(request: ReceivedRequest): MessageHead | MessageFault {
  const { ttl, urgency = 'normal', topic = null } = request.headers;
  if (ttl === undefined) return bad('TTL is missing');
  if (!/^\d{1,10}$/.test(ttl)) return bad('TTL is not a number of seconds');
  if (!isUrgency(urgency)) return bad(`Urgency is not one of ${urgencies.join(', ')}`);
  if (topic !== null && !/^[\w-]{1,32}$/.test(topic)) {
    return bad('Topic is not 1 to 32 characters of the base64url alphabet');
  }
  return faultOfBody(request) ?? { ttlSeconds: Number(ttl), urgency, topic };
}

function faultOfBody({ headers, body }: ReceivedRequest): MessageFault | null {
  if (body.length > bodyMax) return { status: 413, message: `The body has more than ${bodyMax} bytes` };
  if (body.length > 0 && headers['content-encoding'] !== 'aes128gcm') {
    return bad('Content-Encoding is not aes128gcm');
  }
  return null;
}

function isUrgency(text: string): text is Urgency {
  return urgencies.some((each) => each === text);
}

function bad(message: string): MessageFault {
  return { status: 400, message };
}

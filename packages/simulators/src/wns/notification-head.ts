// The head of a WNS request, after Microsoft's "Push notification service request and response headers": which headers a
// notification and a removal need, and what they may say. Names the first fault, which WNS answers with 400 or 413.
import type { ReceivedRequest } from '../simulator.ts';

const notificationTypes = ['wns/toast', 'wns/tile', 'wns/badge', 'wns/raw'] as const;
export type NotificationType = (typeof notificationTypes)[number];

export interface NotificationHead {
  readonly type: NotificationType;
  /** Kept for a device that is away. Default: no for raw notifications, else yes. */
  readonly cached: boolean;
}

/** What a removal is about: both null stand for every toast of the app. */
export interface RemovalMatch {
  readonly tag: string | null;
  readonly group: string | null;
}

export interface HeadFault {
  readonly status: 400 | 413;
  readonly description: string;
}

const payloadMax = 5000;

/** Each header that may be absent, and what it must look like. */
const optional: readonly (readonly [name: string, form: RegExp])[] = [
  ['x-wns-tag', /^[a-z0-9]{1,16}$/i],
  ['x-wns-group', /^[a-z0-9]{1,16}$/i],
  ['x-wns-ttl', /^\d{1,10}$/],
  ['x-wns-cache-policy', /^(cache|no-cache)$/],
  ['x-wns-requestforstatus', /^(true|false)$/],
  ['x-wns-priority', /^[1-4]$/],
  ['x-wns-suppresspopup', /^(true|false)$/],
];

/** `isPhone`: it came for a channel of Windows Phone. */
export function readNotificationHead(
  request: ReceivedRequest,
  isPhone: boolean,
): NotificationHead | HeadFault {
  const type = notificationTypes.find((each) => each === request.headers['x-wns-type']);
  if (!type) return bad(`X-WNS-Type is not one of ${notificationTypes.join(', ')}`);
  const fault = faultOfBody(request, type) ?? faultOfOptional(request, isPhone);
  if (fault) return fault;
  const policy = request.headers['x-wns-cache-policy'];
  return { type, cached: policy === undefined ? type !== 'wns/raw' : policy === 'cache' };
}

function faultOfBody({ headers, body }: ReceivedRequest, type: NotificationType): HeadFault | null {
  // WNS does not support chunking: the length must be known beforehand.
  if (headers['content-length'] === undefined) return bad('Content-Length is missing');
  if (body.length === 0) return bad('The payload is empty');
  if (body.length > payloadMax) {
    return { status: 413, description: `The payload has more than ${payloadMax} bytes` };
  }
  const wanted = type === 'wns/raw' ? 'application/octet-stream' : 'text/xml';
  const contentType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  return contentType === wanted ? null : bad(`Content-Type is not ${wanted}`);
}

function faultOfOptional({ headers }: ReceivedRequest, isPhone: boolean): HeadFault | null {
  if (!isPhone && headers['x-wns-suppresspopup'] !== undefined) {
    return bad('X-WNS-SuppressPopup is only for channels of Windows Phone');
  }
  const wrong = optional.find(([name, form]) => headers[name] !== undefined && !form.test(headers[name]));
  return wrong ? bad(`${wrong[0]} does not match ${wrong[1].source}`) : null;
}

/** X-WNS-Match of a DELETE: `type:wns/toast;` and `group=…;tag=…`, either of them alone, or `all`. */
export function readRemovalMatch(request: ReceivedRequest): RemovalMatch | HeadFault {
  const match = request.headers['x-wns-match'];
  if (match === undefined) return bad('X-WNS-Match is missing');
  const [, all, group = null, both = null, tag = null] =
    /^type:wns\/toast;(?:(all)|group=([a-z0-9]{1,16})(?:;tag=([a-z0-9]{1,16}))?|tag=([a-z0-9]{1,16}))$/i.exec(
      match,
    ) ?? [];
  if (all) return { tag: null, group: null };
  return (group ?? tag)
    ? { tag: both ?? tag, group }
    : bad('X-WNS-Match names neither tag nor group nor all');
}

function bad(description: string): HeadFault {
  return { status: 400, description };
}

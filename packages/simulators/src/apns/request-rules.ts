// What APNs wants of a request's headers and payload ("Sending notification requests to APNs", "Pushing background
// updates to your App"). Where Apple says that it may answer an error, delay or drop, the simulator answers the error.
import type { ReceivedRequest } from '../simulator.ts';
import type { ApnsReason } from './errors.ts';

const maxCollapseIdBytes = 64;
const maxPayloadBytes = 4096;
const maxVoipPayloadBytes = 5120;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What each push type adds to the bundle id in the topic. */
const topicSuffixes: Readonly<Record<string, string>> = {
  alert: '',
  background: '',
  controls: '.push-type.controls',
  location: '.location-query',
  voip: '.voip',
  complication: '.complication',
  fileprovider: '.pushkit.fileprovider',
  mdm: '',
  liveactivity: '.push-type.liveactivity',
  pushtotalk: '.voip-ptt',
  widgets: '.push-type.widgets',
};

/** What is wrong with the headers, those about the topic apart. */
export function judgeHeaders({ headers }: ReceivedRequest): ApnsReason | null {
  const { 'apns-id': id, 'apns-expiration': expiration, 'apns-priority': priority } = headers;
  const collapseId = headers['apns-collapse-id'];
  const pushType = headers['apns-push-type'];
  if (id !== undefined && !uuid.test(id)) return 'BadMessageId';
  if (pushType === undefined || !Object.hasOwn(topicSuffixes, pushType)) return 'InvalidPushType';
  if (expiration !== undefined && !/^\d{1,12}$/.test(expiration)) return 'BadExpirationDate';
  if (priority !== undefined && !['1', '5', '10'].includes(priority)) return 'BadPriority';
  // Absent means 10, which is an error for a background push.
  if (pushType === 'background' && (priority ?? '10') === '10') return 'BadPriority';
  if (collapseId !== undefined && Buffer.byteLength(collapseId) > maxCollapseIdBytes) return 'BadCollapseId';
  return null;
}

/** The bundle id that the topic means, or what is wrong with it. */
export function judgeTopic(
  { headers }: ReceivedRequest,
  topics: readonly string[],
): { readonly bundleId: string } | { readonly reason: ApnsReason } {
  const topic = headers['apns-topic'];
  if (topic === undefined || topic === '') return { reason: 'MissingTopic' };
  if (!/^[A-Za-z0-9.-]{1,255}$/.test(topic)) return { reason: 'BadTopic' };
  const suffix = topicSuffixes[headers['apns-push-type'] ?? ''] ?? '';
  const bundleId = topics.find((each) => each + suffix === topic);
  return bundleId === undefined ? { reason: 'TopicDisallowed' } : { bundleId };
}

/** The payload, or what is wrong with it. */
export function judgePayload({
  headers,
  body,
}: ReceivedRequest): { readonly payload: Record<string, unknown> } | { readonly reason: ApnsReason } {
  const pushType = headers['apns-push-type'];
  const max = pushType === 'voip' ? maxVoipPayloadBytes : maxPayloadBytes;
  if (body.length === 0) return { reason: 'PayloadEmpty' };
  if (body.length > max) return { reason: 'PayloadTooLarge' };
  const payload = readObject(body);
  if (!payload) return { reason: 'PayloadEmpty' };
  if (pushType === 'mdm') return { payload };
  const { aps } = payload;
  if (!isObject(aps)) return { reason: 'PayloadEmpty' };
  return fitsPushType(aps, pushType) ? { payload } : { reason: 'InvalidPushType' };
}

/** A background push is silent and wakes the app; an alert shows, sounds or badges. */
function fitsPushType(aps: Record<string, unknown>, pushType: string | undefined): boolean {
  const isSeen = ['alert', 'badge', 'sound'].some((name) => aps[name] !== undefined);
  if (pushType === 'background') return aps['content-available'] === 1 && !isSeen;
  return pushType !== 'alert' || isSeen;
}

function readObject(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

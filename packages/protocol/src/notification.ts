// The notification as it is posted, answered and changed. Enumerations are answered in exactly the spelling below
// and read in any case. Dates are RFC 3339 strings, answered in UTC with three decimals.
import type { VisualContent } from './visual-content.ts';

export const platformTypes = ['windows', 'ios', 'android', 'webPush'] as const;
export type PlatformType = (typeof platformTypes)[number];

export const priorities = ['None', 'High', 'Low'] as const;
export type Priority = (typeof priorities)[number];

export const readStates = ['unread', 'read'] as const;
export type ReadState = (typeof readStates)[number];

export const userActionStates = ['noInteraction', 'activated', 'dismissed', 'snoozed'] as const;
export type UserActionState = (typeof userActionStates)[number];

export interface Payload {
  rawContent?: string | null;
  visualContent?: VisualContent | null;
}

export interface TargetPolicy {
  platformTypes?: PlatformType[] | null;
}

export interface FallbackPolicy {
  endpointFallback: {
    platformTypes: PlatformType[];
    fallbackDelayInSeconds: number;
    visualContent: VisualContent;
  };
}

/** How long a question may be answered, and what counts when nobody does. */
export interface ResponsePolicy {
  respondByDateTime?: string | null;
  defaultActionId?: string | null;
}

export const responders = ['user', 'deadline'] as const;
export type Responder = (typeof responders)[number];

/** The answer to a question: the first that was committed. */
export interface NotificationResponse {
  /** Null when the deadline passed without a default. */
  actionId: string | null;
  text: string | null;
  respondedDateTime: string;
  respondedBy: Responder;
}

/** What an app posts. */
export interface NotificationPost {
  targetHostName: string;
  appNotificationId?: string | null;
  payload: Payload;
  targetPolicy?: TargetPolicy | null;
  priority?: Priority | null;
  groupName?: string | null;
  /** Seconds in a device's notification viewer. */
  displayTimeToLive?: number | null;
  expirationDateTime?: string | null;
  fallbackPolicy?: FallbackPolicy | null;
  /** Only of a question. */
  responsePolicy?: ResponsePolicy | null;
}

/** What the hub answers. */
export interface Notification {
  id: string;
  appNotificationId: string | null;
  targetHostName: string;
  groupName: string | null;
  /** Whole seconds that remain; 0 afterwards, null when shown until it expires. */
  displayTimeToLive: number | null;
  expirationDateTime: string;
  priority: Priority;
  payload: Payload;
  targetPolicy: { platformTypes: PlatformType[] };
  fallbackPolicy: FallbackPolicy | null;
  createdDateTime: string;
  lastModifiedDateTime: string;
  contentVersion: number;
  readState: ReadState;
  userActionState: UserActionState;
  snoozeUntilDateTime: string | null;
  /** Only of a question: null where it set none. */
  responsePolicy?: { respondByDateTime: string | null; defaultActionId: string | null } | null;
  /** Only of a question: null while it is open. */
  response?: NotificationResponse | null;
}

export interface Removed {
  id: string;
  '@removed': { reason: 'deleted' };
}

/** Body of PATCH /me/notifications/{id}. */
export interface StatePatch {
  readState?: ReadState;
  userActionState?: UserActionState;
  snoozeUntilDateTime?: string | null;
  /** The content the user acted on; for an older one than the stored the change is not applied. */
  contentVersion?: number;
}

/** Body of POST /me/notifications/{id}/respond. */
export interface ResponsePost {
  actionId: string;
  text?: string | null;
  /** The content that was answered; an older one than the stored is refused. */
  contentVersion?: number;
}

/** One of many whose state is set; see `contentVersion` of StatePatch. */
export interface StateUpdateTarget {
  id: string;
  contentVersion?: number;
}

/** Body of POST /me/notifications/updateState: one of `ids`, `all` and `changes`, and one state for all of them. */
export interface StateUpdate extends Omit<StatePatch, 'contentVersion'> {
  ids?: string[];
  all?: boolean;
  /** Only with `all`. */
  groupName?: string | null;
  changes?: StateUpdateTarget[];
}

/** How one that was named ended; `stale`: its content is newer than what was seen, and nothing changed. */
export const stateUpdateResults = ['updated', 'unchanged', 'stale', 'notFound'] as const;
export type StateUpdateResult = (typeof stateUpdateResults)[number];

export interface StateUpdateAnswer {
  /** How many notifications changed. */
  updatedCount: number;
  unreadCount: number;
  /** Named, and not there or not visible; each once. */
  notFound: string[];
  /** One for each that was named, in the order and the spelling of the request; none of `all`. */
  results: { id: string; result: StateUpdateResult }[];
}

// The shapes of requests and answers that callers name: those of the protocol, and the parts of a batch.
// Nothing of the hub is imported for them.
export type { Notification, NotificationPost, NotificationResponse } from '@carillon/protocol';

/** One part of a batch. */
export interface BatchRequest {
  /** Unique in the batch without regard to case; given by the position when absent. */
  readonly id?: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below the version, such as `/me/notifications`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Ids of parts that must have succeeded before. */
  readonly dependsOn?: readonly string[];
}

export interface BatchResponse {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

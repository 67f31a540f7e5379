// What each call of Microsoft's web SDK answers: it never rejects, and `status` is its result. `Succeeded` and
// `FailedDueToInvalidAccessToken` are the names in Microsoft's samples; the package itself is no longer published, so the
// other names and all numbers are ours: compare by name.
import { HubError } from '../requests/hub-error.ts';
import type { UserNotification } from './user-notification.ts';

export type UserNotificationApiResultStatus = 0 | 1 | 2 | 3;
export const UserNotificationApiResultStatus: Readonly<
  Record<
    'Succeeded' | 'Failed' | 'FailedDueToInvalidAccessToken' | 'FailedDueToNetworkError',
    UserNotificationApiResultStatus
  >
> = { Succeeded: 0, Failed: 1, FailedDueToInvalidAccessToken: 2, FailedDueToNetworkError: 3 };

interface Result {
  readonly status: UserNotificationApiResultStatus;
  /** Why it failed, in words; null when it succeeded. Microsoft's SDK does not have it. */
  readonly errorMessage: string | null;
}

export interface UserNotificationSubscriptionResult extends Result {
  /** The X-UNS-ID that the app's service posts with; null when it failed. */
  readonly userNotificationSubscriptionId: string | null;
  readonly expirationDateTime: Date | null;
}

export interface UserNotificationUpdateResult extends Result {}

export interface UserNotificationsResult extends Result {
  readonly userNotifications: readonly UserNotification[];
}

export interface ProcessPushNotificationResult extends UserNotificationsResult {
  /** False for what another service has pushed. */
  readonly isUserNotificationPush: boolean;
}

/** Runs a call; what it throws becomes a status, beside what a failed answer holds. */
export async function resultOf<T extends object>(failed: T, call: () => Promise<T>): Promise<T & Result> {
  try {
    const answer = await call();
    return { ...answer, status: UserNotificationApiResultStatus.Succeeded, errorMessage: null };
  } catch (error) {
    const errorMessage = error instanceof Error ? error.message : String(error);
    return { ...failed, status: statusOf(error), errorMessage };
  }
}

function statusOf(error: unknown): UserNotificationApiResultStatus {
  const { Failed, FailedDueToInvalidAccessToken, FailedDueToNetworkError } = UserNotificationApiResultStatus;
  if (!(error instanceof HubError)) return Failed;
  if (error.kind === 'signedOut') return FailedDueToInvalidAccessToken;
  return error.kind === 'offline' ? FailedDueToNetworkError : Failed;
}

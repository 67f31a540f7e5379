// What the person has set for all devices: what is muted, and when it is quiet. An entry of its own, for the page that shows
// or changes it; the feed tells when another device has (`feed.preferences`). A change is made on what the hub has now, and
// made anew when another device was faster, so that none undoes the other's.
import type {
  Mute,
  MutePost,
  NotificationPreferences,
  NotificationPreferencesPatch,
} from '@carillon/protocol';
import { HubError } from './requests/hub-error.ts';
import type { Requests } from './requests/requests.ts';

export interface SetPreferences extends NotificationPreferences {
  /** To compare with `feed.preferences`. */
  readonly etag: string;
}

export interface Preferences {
  read(): Promise<SetPreferences>;
  /** One of the same app, group and device takes its place. */
  mute(post: MutePost): Promise<SetPreferences>;
  unmute(mute: Mute): Promise<SetPreferences>;
  /** Null: never quiet. */
  setQuietHours(hours: NotificationPreferencesPatch['quietHours']): Promise<SetPreferences>;
}

const path = 'me/notificationPreferences';
/** Other devices that change it at the same moment are few. */
const triesMax = 5;

/** Each call rejects with a HubError, `offline` among them. */
export function openPreferences(requests: Pick<Requests, 'send'>): Preferences {
  const ask = async (method: string, body?: object, etag?: string): Promise<SetPreferences> => {
    const headers = etag === undefined ? {} : { 'if-match': etag };
    const response = await requests.send(method, path, body ? { body, headers } : {});
    return { ...(await response.json()), etag: response.headers.get('etag') ?? '' };
  };
  const read = (): Promise<SetPreferences> => ask('GET');
  const changeMutes = async (
    change: (mutes: readonly Mute[]) => readonly MutePost[],
    triesLeft = triesMax,
  ): Promise<SetPreferences> => {
    const { mutes, etag } = await read();
    return ask('PATCH', { mutes: change(mutes) }, etag).catch((error: unknown) => {
      const isOvertaken = error instanceof HubError && error.kind === 'resourceModified';
      if (!isOvertaken || triesLeft <= 1) throw error;
      return changeMutes(change, triesLeft - 1);
    });
  };
  return {
    read,
    mute: (post) => changeMutes((mutes) => [...mutes, post]),
    unmute: (gone) => changeMutes((mutes) => mutes.filter((each) => !isSame(each, gone))),
    setQuietHours: (quietHours) => ask('PATCH', { quietHours }),
  };
}

function isSame(one: Mute, other: Mute): boolean {
  const keyOf = ({ appId, groupName, subscriptionId }: Mute) => [appId, groupName, subscriptionId].join('\n');
  return keyOf(one) === keyOf(other);
}

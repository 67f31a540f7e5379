// What a notification looks like where the app does not say it: its words, its own look and actions, else two of the worker's. From the push
// alone, or from the hub. Pure.
import type { Notification, NotificationAction, VisualContent } from '@carillon/protocol';
import type { PushAction, PushLook } from '../../web-push/push-content.ts';
import { type Announced, english, type ServeOptions, type Shown, type ShownAction } from '../options.ts';

export const readAction = 'carillon-read';
export const snoozeAction = 'carillon-snooze';

export function announce(notification: Notification): Announced {
  const { title = '', body = null, url = null } = notification.payload.visualContent ?? {};
  return { id: notification.id, title, body, notification, url, push: null };
}

/** Only the app can read raw content: it is shown only by the app's own `show`. */
export function paintVisual(announced: Announced, { words }: Pick<ServeOptions, 'words'>): Shown | null {
  const { title, body, push, notification } = announced;
  if (title === '') return null;
  const { markRead, snoozeHour } = { ...english, ...words };
  const own = [
    { action: readAction, title: markRead },
    { action: snoozeAction, title: snoozeHour },
  ];
  const visual = notification?.payload.visualContent;
  const actions = visual
    ? actionsOf(visual)
    : (push?.actions ?? []).map(({ action, title }) => ({ action, title }));
  const look = visual ? lookOf(visual) : push?.look;
  const shown = actions.length > 0 ? actions : own;
  return { title, options: { ...look, actions: shown, ...(body === null ? {} : { body }) } };
}

function actionsOf({ actions }: VisualContent): ShownAction[] {
  return (actions ?? []).map(({ id: action, title, input }) => ({
    action,
    title,
    ...(input
      ? { type: 'text' as const, ...(input.placeholder ? { placeholder: input.placeholder } : {}) }
      : {}),
  }));
}

function lookOf({ lang, dir, iconUrl, imageUrl, sound, interruptionLevel: level }: VisualContent): PushLook {
  return {
    ...(lang ? { lang } : {}),
    ...(dir ? { dir } : {}),
    ...(iconUrl ? { icon: iconUrl } : {}),
    ...(imageUrl ? { image: imageUrl } : {}),
    ...(sound === 'none' || level === 'passive' ? { silent: true } : {}),
    ...(level === 'timeSensitive' || level === 'critical' ? { requireInteraction: true } : {}),
  };
}

/** What its actions do: open something, or answer, some of them by a line of text. */
export interface ActionPlan {
  readonly actionUrls: Readonly<Record<string, string>>;
  readonly answers: readonly string[];
  readonly inputs: readonly string[];
}

export function planActions({ notification, push }: Announced): ActionPlan {
  const visual = notification?.payload.visualContent;
  return visual ? planOf(visual.actions ?? []) : planOfPush(push?.actions ?? [], push?.url);
}

function planOf(actions: readonly NotificationAction[]): ActionPlan {
  const links = actions.flatMap(({ id, url }) => (url ? [[id, url] as const] : []));
  const answering = actions.filter(({ url }) => !url);
  return {
    actionUrls: Object.fromEntries(links),
    answers: answering.map(({ id }) => id),
    inputs: answering.filter(({ input }) => input).map(({ id }) => id),
  };
}

/** A declared action must lead somewhere; one that answers leads to where the notification does. */
function planOfPush(actions: readonly PushAction[], url: string | undefined): ActionPlan {
  const links = actions.flatMap(({ action, navigate }) =>
    navigate && navigate !== url ? [[action, navigate] as const] : [],
  );
  const answers = actions.filter(({ navigate }) => navigate === url).map(({ action }) => action);
  return { actionUrls: Object.fromEntries(links), answers, inputs: [] };
}

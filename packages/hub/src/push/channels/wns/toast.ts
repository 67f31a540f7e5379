// The XML of a toast, in the order of the elements that Microsoft's schema gives: visual, audio, actions, header. Every text and every attribute is escaped;
// the simulator reads it with the same schema.
// https://learn.microsoft.com/uwp/schemas/tiles/toastschema/schema-root

import type {
  InterruptionLevel,
  NotificationAction,
  Progress,
  VisualContent,
  VisualMember,
} from '@carillon/protocol';
import { isAnswer, membersOf, shareOf } from '../shown.ts';
import { xmlAttribute, xmlText } from './xml.ts';

export interface ToastOptions {
  /** What the app gets when it is opened, unless a link is. */
  readonly launch: string;
  readonly notificationId: string | null;
}

type Attributes = Readonly<Record<string, string | null>>;

export function toastXml(visual: VisualContent, options: ToastOptions): string {
  const { url, category, interruptionLevel, actions } = visual;
  const attributes = {
    ...(url == null ? { launch: options.launch } : { activationType: 'protocol', launch: url }),
    scenario: interruptionLevel == null ? null : scenarios[interruptionLevel],
    useButtonStyle: actions?.some(({ destructive }) => destructive) ? 'true' : null,
  };
  const parts = [
    visualXml(visual),
    audioXml(visual.sound ?? null),
    actions?.length ? actionsXml(actions, options) : '',
    category == null ? '' : element('header', { id: category, title: category, arguments: category }),
  ];
  return element('toast', attributes, parts.join(''));
}

/**
 * An urgent toast breaks through "do not disturb"; an alarm also stays and sounds until it is dismissed.
 * https://learn.microsoft.com/uwp/schemas/tiles/toastschema/element-toast
 */
const scenarios = {
  passive: null,
  active: null,
  timeSensitive: 'urgent',
  critical: 'alarm',
} as const satisfies Record<InterruptionLevel, string | null>;

/** https://learn.microsoft.com/uwp/schemas/tiles/toastschema/element-binding */
function visualXml({ title, body, imageUrl, iconUrl, progress, lang }: VisualContent): string {
  const parts = [
    element('text', {}, xmlText(title)),
    body == null ? '' : element('text', {}, xmlText(body)),
    imageUrl == null ? '' : element('image', { placement: 'hero', src: imageUrl }),
    iconUrl == null ? '' : element('image', { placement: 'appLogoOverride', src: iconUrl }),
    progress == null ? '' : progressXml(progress),
  ];
  const binding = element('binding', { template: 'ToastGeneric' }, parts.join(''));
  return element('visual', { lang: lang ?? null }, binding);
}

/** The status is required. https://learn.microsoft.com/uwp/schemas/tiles/toastschema/element-progress */
function progressXml(progress: Progress): string {
  const value = String(Number(shareOf(progress).toFixed(4)));
  return element('progress', { value, status: progress.label ?? '' });
}

/**
 * Inputs come first, and a button beside its input names it. The app's background task gets what was answered.
 * https://learn.microsoft.com/uwp/schemas/tiles/toastschema/element-action
 */
function actionsXml(actions: readonly NotificationAction[], { notificationId }: ToastOptions): string {
  const inputs = actions.map(({ id, input }) =>
    input == null
      ? ''
      : element('input', { id, type: 'text', placeHolderContent: input.placeholder || null }),
  );
  const buttons = actions.map((action) => {
    const { id, title, url, destructive, input } = action;
    const answer = {
      v: 1,
      kind: 'action',
      ...(notificationId === null ? {} : { notificationId }),
      actionId: id,
    };
    return element('action', {
      content: title,
      arguments: isAnswer(action) ? JSON.stringify(answer) : (url ?? ''),
      activationType: isAnswer(action) ? 'background' : 'protocol',
      'hint-inputId': input == null ? null : id,
      'hint-buttonStyle': destructive ? 'Critical' : null,
    });
  });
  return element('actions', {}, [...inputs, ...buttons].join(''));
}

const ownSound = /^(ms-winsoundevent|ms-appx|ms-resource):/i;

/** A name of the app's is a file of its package. https://learn.microsoft.com/uwp/schemas/tiles/toastschema/element-audio */
function audioXml(sound: string | null): string {
  if (sound === null) return '';
  if (sound === 'none') return element('audio', { silent: 'true' });
  if (sound === 'default') return element('audio', { src: 'ms-winsoundevent:Notification.Default' });
  return element('audio', { src: ownSound.test(sound) ? sound : `ms-appx:///${encodeURI(sound)}` });
}

function element(name: string, attributes: Attributes, content?: string): string {
  const written = Object.entries(attributes).map(([attribute, value]) =>
    value === null ? '' : ` ${attribute}="${xmlAttribute(value)}"`,
  );
  const open = `<${name}${written.join('')}`;
  return content === undefined ? `${open}/>` : `${open}>${content}</${name}>`;
}

/** https://learn.microsoft.com/uwp/schemas/tiles/badgeschema/element-badge */
export function badgeXml(unreadCount: number): string {
  return element('badge', { value: String(unreadCount) });
}

/** Windows takes a language, and reads the direction from the text. */
export function unshownByWindows(visual: VisualContent): VisualMember[] {
  return membersOf(visual).filter((name) => name === 'dir');
}

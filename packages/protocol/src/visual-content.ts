// What a notification shows and where it leads. All members but the title are optional; null and an empty list mean that a
// member is absent. The hub never fetches a URL of these.

export const interruptionLevels = ['passive', 'active', 'timeSensitive', 'critical'] as const;
export type InterruptionLevel = (typeof interruptionLevels)[number];

export const textDirections = ['ltr', 'rtl', 'auto'] as const;
export type TextDirection = (typeof textDirections)[number];

/** A line of text that an action asks for. */
export interface ActionInput {
  placeholder?: string | null;
  /** In characters. */
  maxLength?: number | null;
}

/** One with a `url` opens it; one without answers. */
export interface NotificationAction {
  id: string;
  title: string;
  url?: string | null;
  destructive?: boolean | null;
  requiresUnlock?: boolean | null;
  input?: ActionInput | null;
}

/** 0 ≤ `value` ≤ `max`. */
export interface Progress {
  value: number;
  max: number;
  label?: string | null;
}

export interface VisualContent {
  title: string;
  body?: string | null;
  /** Where opening it leads. */
  url?: string | null;
  iconUrl?: string | null;
  imageUrl?: string | null;
  actions?: NotificationAction[] | null;
  /** `default`, `none`, or a name of the app's. */
  sound?: string | null;
  /** The app's name for its kind. */
  category?: string | null;
  /** Absent: `active`. */
  interruptionLevel?: InterruptionLevel | null;
  /** BCP 47. */
  lang?: string | null;
  /** Absent: `auto`. */
  dir?: TextDirection | null;
  progress?: Progress | null;
}

/** In the order in which they are answered. */
export const visualMembers = [
  'title',
  'body',
  'url',
  'iconUrl',
  'imageUrl',
  'actions',
  'sound',
  'category',
  'interruptionLevel',
  'lang',
  'dir',
  'progress',
] as const satisfies readonly (keyof VisualContent)[];
export type VisualMember = (typeof visualMembers)[number];

// What a notification shows, as it is stored: one order of members, and none that is null or an empty list. And the rules
// between its members, which no schema of a single one says.
import {
  type ActionInput,
  type NotificationAction,
  type Progress,
  type VisualContent,
  visualMembers,
} from '@carillon/protocol';
import { invalid } from '../errors.ts';
import { checkLanguageTag } from './language-tag.ts';
import { checkWebUrl, type LinkRules, type OwnLink, readLink } from './link.ts';

/** Answers the links that count only when the app has registered their scheme. Throws what is wrong by member. */
export function checkVisual(visual: VisualContent, at: string, rules: LinkRules): OwnLink[] {
  const { url, iconUrl, imageUrl, lang, progress } = visual;
  const actions = visual.actions ?? [];
  if (iconUrl != null) checkWebUrl(iconUrl, `${at}.iconUrl`);
  if (imageUrl != null) checkWebUrl(imageUrl, `${at}.imageUrl`);
  if (lang != null) checkLanguageTag(lang, `${at}.lang`);
  if (progress && progress.value > progress.max) {
    throw invalid(`"${at}.progress.value" must be at most progress.max.`, `${at}.progress.value`);
  }
  const seen = new Set<string>();
  for (const [index, { id }] of actions.entries()) {
    const target = `${at}.actions[${index}].id`;
    if (seen.has(id)) throw invalid(`"${target}" is ${id} again: each action has an id of its own.`, target);
    seen.add(id);
  }
  return [
    ...(url == null ? [] : [readLink(url, `${at}.url`, rules)]),
    ...actions.map((each, index) =>
      each.url == null ? null : readLink(each.url, `${at}.actions[${index}].url`, rules),
    ),
  ].filter((link) => link !== null);
}

/** A body that was sent as null stays null, as it always did. */
export function storedVisual(visual: VisualContent): VisualContent {
  const { title, body } = visual;
  const stored: VisualContent = body === undefined ? { title } : { title, body };
  return hasMore(visual) ? { ...stored, ...moreOf(visual) } : stored;
}

/** Most notifications have a title and a body. */
function hasMore(visual: VisualContent): boolean {
  for (const name in visual) if (name !== 'title' && name !== 'body') return true;
  return false;
}

function moreOf(visual: VisualContent): Partial<VisualContent> {
  const { actions, progress } = visual;
  const settled: VisualContent = {
    ...visual,
    actions: actions?.length ? actions.map(storedAction) : null,
    progress: progress ? storedProgress(progress) : null,
  };
  const more = visualMembers.filter((name) => name !== 'title' && name !== 'body' && settled[name] != null);
  return Object.fromEntries(more.map((name) => [name, settled[name]]));
}

function storedAction({
  id,
  title,
  url,
  destructive,
  requiresUnlock,
  input,
}: NotificationAction): NotificationAction {
  return {
    id,
    title,
    ...(url == null ? {} : { url }),
    ...(destructive == null ? {} : { destructive }),
    ...(requiresUnlock == null ? {} : { requiresUnlock }),
    ...(input == null ? {} : { input: storedInput(input) }),
  };
}

function storedInput({ placeholder, maxLength }: ActionInput): ActionInput {
  return {
    ...(placeholder == null ? {} : { placeholder }),
    ...(maxLength == null ? {} : { maxLength }),
  };
}

function storedProgress({ value, max, label }: Progress): Progress {
  return label == null ? { value, max } : { value, max, label };
}

// A template is data: the text of a body with placeholders like {{title}}, or {{body|title}} for the first that is not empty.
// JSON and forms are taken apart, filled and written again, so that no value can leave its place. All that may be wrong with
// one is found when it is made.
import { limits, webhookLimits } from '@carillon/protocol';
import { templateTypes, type WebhookTemplate } from '../../model/change-subscription.ts';
import { invalid } from '../../model/errors.ts';
import { placeholderNames, type Values } from './placeholders.ts';
import { type Preset, presets } from './presets.ts';

export interface GivenTemplate {
  /** Of a preset; null with a text of one's own. */
  readonly name: string | null;
  readonly text: string | null;
  readonly contentType: string | null;
  /** What placeholders of the operator's own are filled with. */
  readonly constants: Readonly<Record<string, string>>;
}

const placeholder = /\{\{([^{}]*)\}\}/g;
const constantName = /^[a-z][A-Za-z0-9]{0,31}$/;

/** Throws `invalidRequest`, which names what is wrong. */
export function readTemplate({ name, text, contentType, constants }: GivenTemplate): WebhookTemplate {
  const preset = name === null ? ownPreset(text, contentType, constants) : findPreset(name);
  if (name !== null && (text !== null || contentType !== null))
    throw invalid(`The template ${name} has a text and a content type of its own.`, 'template');
  checkConstants(constants, preset);
  checkText(preset, [...placeholderNames, ...preset.takes]);
  const { text: own, entities, longest } = preset;
  return { name, contentType: preset.contentType, text: own, constants, entities, longest };
}

/** A body that is posted for these values. */
export function fillTemplate(template: WebhookTemplate, values: Values): string {
  const { contentType, text, constants, entities, longest } = template;
  const all = new Map([...values, ...Object.entries(constants)]);
  const written = (name: string): string => {
    const value = cut(all.get(name) ?? '', longest);
    return entities ? withEntities(value) : value;
  };
  const fill = (part: string): string =>
    part.replace(placeholder, (_, names: string) => namesIn(names).map(written).find(Boolean) ?? '');
  switch (contentType) {
    case 'application/json':
      return JSON.stringify(fillJson(JSON.parse(text), fill));
    case 'application/x-www-form-urlencoded':
      return filledForm(text, fill);
    case 'text/plain':
      return fill(text);
    default:
      return contentType satisfies never;
  }
}

/** What a sample notification makes of it, with each placeholder as its own name. */
export function sampleOf(template: WebhookTemplate): string {
  return fillTemplate(template, new Map(placeholderNames.map((name) => [name, name])));
}

function findPreset(name: string): Preset {
  const found = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (found) return found;
  const names = Object.keys(presets).join(', ');
  throw invalid(`There is no template named "${name}"; there are: ${names}.`, 'template');
}

function ownPreset(text: string | null, contentType: string | null, constants: object): Preset {
  if (text === null) throw invalid('A template has a name, or a text.', 'template');
  const type = templateTypes.find((each) => each === (contentType ?? 'application/json'));
  if (!type) throw invalid(`"contentType" is one of ${templateTypes.join(', ')}.`, 'contentType');
  const takes = Object.keys(constants);
  return { contentType: type, entities: false, longest: null, text, takes, needs: [], about: '' };
}

function checkConstants(constants: Readonly<Record<string, string>>, { takes, needs }: Preset): void {
  const { templateConstants, templateConstantCharacters } = webhookLimits;
  const missing = needs.find((name) => !constants[name]);
  if (missing !== undefined) throw invalid(`The template needs "${missing}" to be set.`, missing);
  const all = Object.entries(constants);
  if (all.length > templateConstants)
    throw invalid(`A template takes at most ${templateConstants} values of its own.`, 'set');
  for (const [name, value] of all) {
    if (!constantName.test(name) || placeholderNames.includes(name))
      throw invalid(`"${name}" can not be set: take letters and digits, and no member's name.`, name);
    if (!takes.includes(name))
      throw invalid(`The template takes no "${name}"; it takes: ${takes.join(', ') || 'nothing'}.`, name);
    if (value.length > templateConstantCharacters)
      throw invalid(`"${name}" has more than ${templateConstantCharacters} characters.`, name);
  }
}

function checkText({ text, contentType }: Preset, known: readonly string[]): void {
  const { templateBytes, templatePlaceholders } = webhookLimits;
  if (text.trim() === '' || Buffer.byteLength(text) > templateBytes)
    throw invalid(`A template has 1 to ${templateBytes} bytes.`, 'template');
  const parts = [...text.matchAll(placeholder)].flatMap(([, names = '']) => namesIn(names));
  if (parts.length > templatePlaceholders)
    throw invalid(`A template has at most ${templatePlaceholders} placeholders.`, 'template');
  const unknown = parts.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw invalid(`There is no placeholder "${unknown}"; there are: ${known.join(', ')}.`, 'template');
  if (/\{\{|\}\}/.test(text.replace(placeholder, '')) && contentType !== 'application/json')
    throw invalid('A placeholder is not closed, or has no name.', 'template');
  if (contentType === 'application/json') checkJson(text);
}

function checkJson(text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw invalid(`The template is not JSON (${why}): a placeholder stands inside quotes.`, 'template');
  }
  checkNames(value, 0);
}

/** Depth, and names of members, which stay as they are. */
function checkNames(value: unknown, depth: number): void {
  if (depth > limits.jsonDepth)
    throw invalid(`The template is more than ${limits.jsonDepth} levels deep.`, 'template');
  if (typeof value === 'string' && /\{\{|\}\}/.test(value.replace(placeholder, '')))
    throw invalid('A placeholder is not closed, or has no name.', 'template');
  if (typeof value !== 'object' || value === null) return;
  const named = Array.isArray(value) ? undefined : Object.keys(value).find((name) => name.includes('{{'));
  if (named !== undefined)
    throw invalid(`A placeholder can not be the name of a member: "${named}".`, 'template');
  for (const each of Object.values(value)) checkNames(each, depth + 1);
}

function namesIn(text: string): string[] {
  return text.split('|').map((name) => name.trim());
}

type Fill = (text: string) => string;

function fillJson(value: unknown, fill: Fill): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((each) => fillJson(each, fill));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).flatMap(([name, each]) => {
    const filled = fillJson(each, fill);
    // An optional member: services refuse an empty link.
    return filled === '' && each !== '' ? [] : [[name, filled]];
  });
  return Object.fromEntries(members);
}

function filledForm(text: string, fill: Fill): string {
  const filled = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(text)) filled.append(name, fill(value));
  return filled.toString();
}

function cut(text: string, longest: number | null): string {
  const characters = longest === null || text.length <= longest ? null : [...text];
  if (characters === null || longest === null || characters.length <= longest) return text;
  return `${characters.slice(0, longest - 1).join('')}…`;
}

function withEntities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

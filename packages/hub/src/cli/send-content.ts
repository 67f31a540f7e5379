// What `carillon send` posts, from its options: what a notification says, shows and asks, over a body from a file. The hub
// checks every bound; here stand only the forms of the options.
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { errorMessage } from '../lib/error-code.ts';

export interface ContentOptions {
  readonly title?: string;
  readonly body?: string;
  readonly url?: string;
  readonly icon?: string;
  readonly image?: string;
  readonly action?: readonly GivenAction[];
  readonly sound?: string;
  readonly category?: string;
  readonly level?: string;
  readonly lang?: string;
  readonly dir?: string;
  readonly progress?: object;
  readonly group?: string;
  readonly appNotificationId?: string;
  readonly jsonBody?: string;
}

/** As an option names it; the options after it are about it. */
interface GivenAction {
  readonly id: string;
  readonly title: string;
  readonly url?: string;
  input?: { placeholder?: string };
  destructive?: true;
}

export function withContentOptions(command: Command): Command {
  const last = (flag: string): GivenAction => {
    const given: readonly GivenAction[] = command.opts().action ?? [];
    const action = given.at(-1);
    if (!action) throw command.error(`error: option '${flag}' must follow the --action that it is about`);
    return action;
  };
  return command
    .option('--title <text>', 'its title; needed without --json-body')
    .option('--body <text>', 'its text')
    .option('--url <url>', "where opening it leads: https, or one of the app's own schemes")
    .option('--image <url>', 'its picture, https')
    .option('--icon <url>', 'its icon, https')
    .option(
      '--action <id=title[=url]>',
      'a button, up to four (repeatable): with a URL it opens that, else it answers',
      (text: string, before: readonly GivenAction[] = []) => [...before, readAction(text)],
    )
    .option('--input [placeholder]', 'the --action before it asks for a line of text')
    .option('--destructive', 'the --action before it takes something away')
    .option('--sound <name>', "default, none, or a name of the app's")
    .option('--category <name>', "the app's name for its kind")
    .option('--level <level>', 'how much it interrupts: passive, active, timeSensitive or critical')
    .option('--lang <tag>', 'the language of its texts, like en or de-CH')
    .option('--dir <direction>', 'the direction of its texts: ltr, rtl or auto')
    .option('--progress <value/max[=label]>', 'a bar, like 3/10', readProgress)
    .option('--group <name>', 'the group it belongs to')
    .option('--app-notification-id <id>', 'a name; sending again with it replaces the notification')
    .option('--json-body <file>', 'the body to post, as JSON (- for stdin); the other options change it')
    .on('option:input', (placeholder: string | null) => {
      last('--input').input = placeholder === null ? {} : { placeholder };
    })
    .on('option:destructive', () => {
      last('--destructive').destructive = true;
    });
}

function readAction(text: string): GivenAction {
  const [, id, title, url] = /^([^=]+)=([^=]+)(?:=(.+))?$/s.exec(text) ?? [];
  if (!id || !title) throw new InvalidArgumentError('Give it as id=Title or id=Title=URL, like yes=Deploy.');
  return url === undefined ? { id, title } : { id, title, url };
}

function readProgress(text: string): object {
  const [, value, max, label] = /^(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)(?:=(.+))?$/s.exec(text) ?? [];
  if (!value || !max) throw new InvalidArgumentError('Give it as value/max, like 3/10 or 3/10=Stages.');
  const bar = { value: Number(value), max: Number(max) };
  return label === undefined ? bar : { ...bar, label };
}

/** The body of the post; a host name of the app's where the file names none. */
export interface Post {
  readonly [member: string]: unknown;
  /** As the body of --json-body has it. */
  readonly responsePolicy?: object | null;
}

export function postOf(options: ContentOptions, host: string | undefined): Post {
  const { jsonBody, group, appNotificationId } = options;
  const base = jsonBody === undefined ? {} : readBody(jsonBody);
  const payload = objectIn(base, 'payload');
  const visual = { ...objectIn(payload, 'visualContent'), ...given(visualOf(options)) };
  if (jsonBody === undefined && options.title === undefined) throw new Error('give --title, or --json-body');
  const hasVisual = Object.keys(visual).length > 0;
  return {
    targetHostName: host,
    ...base,
    ...given({ groupName: group, appNotificationId }),
    ...(hasVisual ? { payload: { ...payload, visualContent: visual } } : {}),
  };
}

function visualOf({ icon, image, action, level, ...options }: ContentOptions): object {
  const { title, body, url, sound, category, lang, dir, progress } = options;
  return {
    ...{ title, body, url, iconUrl: icon, imageUrl: image, actions: action },
    ...{ sound, category, interruptionLevel: level, lang, dir, progress },
  };
}

/** Without what is undefined. */
function given(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function readBody(path: string): object {
  const text = readFileOrStdin(path);
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body)) return body;
  } catch {
    // Said below.
  }
  throw new Error(`--json-body ${path} is no JSON object`);
}

function readFileOrStdin(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new Error(`--json-body can not be read: ${errorMessage(error)}`);
  }
}

function objectIn(body: object, name: string): object {
  const member: unknown = Reflect.get(body, name);
  return isObject(member) ? member : {};
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

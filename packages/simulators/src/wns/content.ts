// The content of a WNS notification: XML for toasts, tiles and badges, bytes for raw ones. Reads it as the device does
// before it shows anything: well-formed, with the root that the type asks for, and for a toast something visual.
import { SaxesParser } from 'saxes';
import type { NotificationType } from './notification-head.ts';

interface XmlContent {
  readonly xml: string;
  /** What the `text` elements say, in their order. */
  readonly texts: readonly string[];
  /** The attributes of the root. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Raw: JSON when it is that, else text. */
export type Content = XmlContent | { readonly raw: unknown };

export interface ContentFault {
  readonly fault: string;
}

interface Outline {
  /** Paths of all elements, such as `toast/visual/binding`. */
  readonly paths: readonly string[];
  readonly texts: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

const wantedPaths = {
  'wns/toast': 'toast/visual/binding',
  'wns/tile': 'tile/visual/binding',
  'wns/badge': 'badge',
} as const;

export function readContent(type: NotificationType, body: Buffer): Content | ContentFault {
  const text = body.toString('utf8');
  if (type === 'wns/raw') return { raw: parseJson(text) };
  const outline = readOutline(text);
  if ('fault' in outline) return { fault: `The payload is not well-formed XML: ${outline.fault}` };
  const { paths, texts, attributes } = outline;
  if (!paths.includes(wantedPaths[type])) return { fault: `The payload has no ${wantedPaths[type]}` };
  return { xml: text, texts, attributes };
}

function readOutline(xml: string): Outline | ContentFault {
  const paths: string[] = [];
  const texts: string[] = [];
  const open: string[] = [];
  let attributes: Record<string, string> = {};
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw new MalformedXml(error.message);
  });
  parser.on('opentag', (tag) => {
    open.push(tag.local);
    paths.push(open.join('/'));
    if (tag.local === 'text') texts.push('');
    if (open.length > 1) return;
    attributes = Object.fromEntries(Object.values(tag.attributes).map(({ name, value }) => [name, value]));
  });
  parser.on('closetag', () => {
    open.pop();
  });
  const addText = (text: string) => {
    if (open.at(-1) === 'text') texts.push((texts.pop() ?? '') + text);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  try {
    parser.write(xml).close();
  } catch (error) {
    if (error instanceof MalformedXml) return { fault: error.message };
    throw error;
  }
  return { paths, texts, attributes };
}

class MalformedXml extends Error {}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

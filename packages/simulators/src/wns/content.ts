// The content of a WNS notification: XML for toasts, tiles and badges, bytes for raw ones. Reads it as the device does
// before it shows anything: well-formed, with the root that the type asks for, and a toast after its schema.
import { SaxesParser } from 'saxes';
import type { NotificationType } from './notification-head.ts';
import { faultOfToast, type XmlElement } from './toast-schema.ts';

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

const roots = { 'wns/toast': 'toast', 'wns/tile': 'tile', 'wns/badge': 'badge' } as const;
/** Without any of these there is nothing to show. */
const wanted = {
  'wns/toast': 'toast/visual/binding',
  'wns/tile': 'tile/visual/binding',
  'wns/badge': 'badge',
} as const;

/** https://learn.microsoft.com/uwp/schemas/tiles/badgeschema/element-badge */
const badgeValue =
  /^(\d{1,9}|none|activity|alarm|alert|attention|available|away|busy|error|newMessage|paused|playing|unavailable)$/;

export function readContent(type: NotificationType, body: Buffer): Content | ContentFault {
  const text = body.toString('utf8');
  if (type === 'wns/raw') return { raw: parseJson(text) };
  const outline = readOutline(text);
  if ('fault' in outline) return { fault: `The payload is not well-formed XML: ${outline.fault}` };
  const { root, texts } = outline;
  const fault = faultOfRoot(root, type);
  return fault === null ? { xml: text, texts, attributes: root.attributes } : { fault };
}

function faultOfRoot(root: XmlElement, type: Exclude<NotificationType, 'wns/raw'>): string | null {
  if (root.name !== roots[type]) return `The payload has no ${wanted[type]}`;
  if (type === 'wns/toast') return faultOfToast(root);
  if (type === 'wns/badge')
    return badgeValue.test(root.attributes.value ?? '') ? null : 'badge/@value is no number and no glyph';
  const visual = root.children.find(({ name }) => name === 'visual');
  return visual?.children.some(({ name }) => name === 'binding')
    ? null
    : `The payload has no ${wanted[type]}`;
}

interface Outline {
  readonly root: XmlElement;
  /** What the `text` elements say, in their order. */
  readonly texts: readonly string[];
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
}

function readOutline(xml: string): Outline | ContentFault {
  const texts: string[] = [];
  const document: OpenElement = { name: '', attributes: {}, children: [] };
  const open = [document];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw new MalformedXml(error.message);
  });
  parser.on('opentag', (tag) => {
    if (tag.local === 'text') texts.push('');
    const attributes = Object.fromEntries(
      Object.values(tag.attributes).map(({ name, value }) => [name, value]),
    );
    const element: OpenElement = { name: tag.local, attributes, children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  const addText = (text: string) => {
    if (open.at(-1)?.name === 'text') texts.push((texts.pop() ?? '') + text);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  try {
    parser.write(xml).close();
  } catch (error) {
    if (error instanceof MalformedXml) return { fault: error.message };
    throw error;
  }
  const [root] = document.children;
  return root ? { root, texts } : { fault: 'it has no element' };
}

class MalformedXml extends Error {}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

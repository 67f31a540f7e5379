// How the repository's Markdown becomes a page: headings have the anchors that a forge gives them, links between documents lead
// between pages, a link to another file becomes its name, and code is coloured.
/// <reference path="./untyped.d.ts" />
import { posix } from 'node:path';
import Prism from 'prismjs';
import 'prismjs/components/prism-bash.js';
import 'prismjs/components/prism-json.js';
import 'prismjs/components/prism-nginx.js';
import 'prismjs/components/prism-python.js';
import 'prismjs/components/prism-typescript.js';
import 'prismjs/components/prism-yaml.js';
import { inlineDrawing, type Picture, pictureOf } from './drawing.ts';
import { linkBetween, placeOf, placeOfPage, type SitePage } from './pages.ts';

interface Token {
  type: string;
  tag: string;
  content: string;
  readonly children: Token[] | null;
  attrs: [string, string][] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

const languages: Readonly<Record<string, string>> = {
  sh: 'bash',
  bash: 'bash',
  ts: 'typescript',
  tsx: 'typescript',
  js: 'javascript',
  json: 'json',
  python: 'python',
  py: 'python',
  yaml: 'yaml',
  html: 'markup',
  nginx: 'nginx',
};
/** What the pages call their own hub. */
const demonstration = 'http://127.0.0.1:4280';

/** The anchor that a forge gives a heading, by its Markdown. */
function anchorOf(heading: string): string {
  const plain = heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '');
  return plain.replaceAll(' ', '-');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function coloured(text: string, language: string): string {
  const name = languages[language] ?? '';
  const grammar = Prism.languages[name];
  return grammar ? Prism.highlight(text, grammar, name) : escaped(text);
}

export interface MarkdownOfPages {
  /** Of the pages so far, to be copied. */
  readonly pictures: Map<string, Picture>;
  amend(tokens: Token[], page: SitePage): void;
}

export function markdownOfPages(): MarkdownOfPages {
  const pictures = new Map<string, Picture>();
  const amend = (tokens: Token[], page: SitePage): void => {
    const taken = new Map<string, number>();
    for (const [index, token] of tokens.entries()) {
      if (token.type === 'heading_open') {
        const anchor = anchorOf(tokens[index + 1]?.content ?? '');
        const times = taken.get(anchor) ?? 0;
        taken.set(anchor, times + 1);
        token.attrSet('id', times === 0 ? anchor : `${anchor}-${times}`);
      }
      if (token.children) amendInline(token.children, page, pictures);
    }
  };
  return { pictures, amend };
}

function amendInline(tokens: Token[], page: SitePage, pictures: Map<string, Picture>): void {
  const open: boolean[] = [];
  for (const token of tokens) {
    if (token.type === 'link_open') open.push(amendLink(token, page));
    else if (token.type === 'link_close' && open.pop() === false) token.tag = 'span';
    else if (token.type === 'image') amendPicture(token, page, pictures);
  }
}

/** False when nothing is served there. */
function amendLink(token: Token, page: SitePage): boolean {
  const href = token.attrGet('href') ?? '';
  const here = placeOfPage(page);
  if (href.startsWith(`${demonstration}/`)) {
    token.attrSet('href', linkBetween(here, href.slice(demonstration.length)));
    return true;
  }
  if (/^[a-z]+:/.test(href) || href.startsWith('#')) {
    if (href.startsWith('http')) token.attrSet('rel', 'noreferrer');
    return true;
  }
  const [file = '', anchor] = href.split('#', 2);
  const document = posix.join(posix.dirname(page.document), file);
  const place = placeOf(document);
  if (place !== undefined) {
    token.attrSet('href', `${linkBetween(here, place)}${anchor === undefined ? '' : `#${anchor}`}`);
    return true;
  }
  token.tag = 'span';
  token.attrs = [
    ['class', 'file'],
    ['title', `${document} in the repository`],
  ];
  return false;
}

function amendPicture(token: Token, page: SitePage, pictures: Map<string, Picture>): void {
  const path = posix.join(posix.dirname(page.document), token.attrGet('src') ?? '');
  if (path.endsWith('.svg')) {
    token.content = inlineDrawing(path, escaped(token.content));
    token.type = 'html_inline';
    return;
  }
  const picture = pictureOf(path);
  pictures.set(picture.name, picture);
  token.attrSet('src', linkBetween(placeOfPage(page), `/docs/${picture.name}`));
  token.attrSet('loading', 'lazy');
}

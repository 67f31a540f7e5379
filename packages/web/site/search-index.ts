// The index that the search of the site reads: one entry for each part of a page that has a heading.
import MiniSearch from 'minisearch';
import { searchOptions } from './page/search-options.ts';
import type { SitePage } from './pages.ts';

export interface Article {
  readonly page: SitePage;
  readonly title: string;
  readonly html: string;
}

const textMaxLength = 240;

export function searchIndex(articles: readonly Article[]): string {
  const index = new MiniSearch(searchOptions);
  index.addAll(articles.flatMap(partsOf));
  return JSON.stringify(index);
}

function partsOf({ page, title, html }: Article) {
  const parts = html.split(/(?=<h[1-3] id=")/);
  return parts.flatMap((part) => {
    const [, level, anchor = ''] = /^<h([1-3]) id="([^"]+)"/.exec(part) ?? [];
    if (level === undefined) return [];
    const end = part.indexOf('</h');
    const text = plain(part.slice(end));
    return {
      id: `${page.address}#${level === '1' ? '' : anchor}`,
      heading: plain(part.slice(0, end)),
      page: title,
      text,
      begins: text.slice(0, textMaxLength),
    };
  });
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function plain(html: string): string {
  return html
    .replace(/<a class="anchor"[\s\S]*?<\/a>|<svg[\s\S]*?<\/svg>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole)
    .replace(/^\S*>/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

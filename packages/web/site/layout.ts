// The frame of every page of the site: the bar with the search, the navigation, the text, what is on the page, and the pages
// before and after it. All links are relative, so the hub may be served below any path.
import { coloured } from './markdown.ts';
import { front, linkBetween, pages, placeOfPage, reference, type SitePage, sections } from './pages.ts';

/** Below /docs, with the hash of their content. */
export interface Assets {
  readonly style: string;
  readonly theme: string;
  readonly script: string;
  readonly search: string;
}

interface Framed {
  readonly page: SitePage;
  readonly title: string;
  readonly html: string;
  readonly assets: Assets;
}

export function frame({ page, title, html, assets }: Framed): string {
  const here = placeOfPage(page);
  const to = (address: string): string => linkBetween(here, address === '' ? '/docs' : `/docs/${address}`);
  const isFront = page === front;
  const whole = isFront ? 'Carillon documentation' : `${title} · Carillon`;
  return `<!doctype html>
<html lang="en"${isFront ? ' data-front' : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${descriptionOf(html)}">
<title>${whole}</title>
<link rel="icon" href="${linkBetween(here, '/inbox/icon.svg')}">
<link rel="stylesheet" href="${to(assets.style)}">
<script src="${to(assets.theme)}"></script>
<script type="module" src="${to(assets.script)}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header class="bar">
<button class="menu" popovertarget="nav" aria-label="Pages">${icons.menu}</button>
<a class="brand" href="${to('')}">${icons.bell}<b>Carillon</b><span>docs</span></a>
<button class="search" aria-label="Search" hidden data-index="${to(assets.search)}" data-home="${to('x').slice(0, -1)}" data-front="${to('')}">${icons.search}<span>Search</span><kbd>/</kbd></button>
<nav class="links" aria-label="This hub"><a href="${to(reference.address)}">API</a><a href="${linkBetween(here, '/inbox')}">Inbox</a><a href="${linkBetween(here, '/console')}">Console</a></nav>
<button class="theme" hidden aria-label="Dark or light">${icons.theme}</button>
</header>
<div class="columns">
<nav id="nav" popover aria-label="Pages">${navigation(page, to)}</nav>
<main id="content" tabindex="-1">
<article>${html}</article>
${isFront ? '' : neighbours(page, to)}
</main>
${isFront ? '' : contents(html)}
</div>
<dialog class="find" aria-label="Search the documentation">
<form method="dialog"><div class="field">${icons.search}<input type="text" enterkeyhint="go" role="combobox" aria-label="Search the documentation" aria-expanded="false" aria-controls="found" aria-autocomplete="list" autocomplete="off" spellcheck="false" placeholder="Search the documentation"><button>Close</button></div></form>
<div id="found" role="listbox" aria-label="Results"></div>
<p class="none" role="status"></p>
</dialog>
</body>
</html>
`;
}

function navigation(page: SitePage, to: (address: string) => string): string {
  const lists = sections.map((section) => {
    const items = section.pages.map(
      (each) =>
        `<li><a href="${to(each.address)}"${each === page ? ' aria-current="page"' : ''}>${each.name}</a></li>`,
    );
    return `<h2>${section.name}</h2><ul>${items.join('')}</ul>`;
  });
  return lists.join('');
}

function neighbours(page: SitePage, to: (address: string) => string): string {
  const at = pages.indexOf(page);
  const [before, after] = [pages[at - 1], pages[at + 1]];
  const link = (each: SitePage | undefined, side: string, words: string): string =>
    each ? `<a class="${side}" href="${to(each.address)}"><small>${words}</small>${each.name}</a>` : '';
  return `<nav class="neighbours" aria-label="Neighbours">${link(before, 'before', 'Before')}${link(after, 'after', 'Next')}</nav>`;
}

/** The parts of a page that has several. */
function contents(html: string): string {
  const parts = [...html.matchAll(/<h2 id="([^"]+)"[^>]*>(.*?)<a class="anchor"/g)];
  if (parts.length < 2) return '<div class="contents"></div>';
  const items = parts.map(
    ([, anchor, text = '']) => `<li><a href="#${anchor}">${withoutTags(text)}</a></li>`,
  );
  return `<nav class="contents" aria-labelledby="on-page"><h2 id="on-page">On this page</h2><ul>${items.join('')}</ul></nav>`;
}

/** The Markdown's HTML with what the frame needs of it: anchors to copy, and tables and code that scroll by keyboard. */
export function dressed(html: string): string {
  return html
    .replace(/(<h1[^>]*>[\s\S]*?<\/h1>\s*)<p>([\s\S]{1,360}?)<\/p>/, '$1<p class="lede">$2</p>')
    .replace(
      /<h([23]) id="([^"]+)">([\s\S]*?)<\/h\1>/g,
      '<h$1 id="$2">$3<a class="anchor" href="#$2" aria-hidden="true" tabindex="-1">#</a></h$1>',
    )
    .replaceAll('<table>', '<div class="table" role="group" aria-label="Table" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>')
    .replace(/<th>\s*<\/th>/g, '<td></td>')
    .replace(
      /<pre><code(?: class="language-(\w+)")?>([\s\S]*?)<\/code><\/pre>/g,
      (_, language = '', text: string) =>
        `<pre tabindex="0" class="code"${language === '' ? '' : ` data-language="${language}"`}><code>${coloured(unescaped(text), language)}</code></pre>`,
    );
}

function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&' };
  return text.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
}

function withoutTags(html: string): string {
  return html.replace(/<[^>]+>/g, '');
}

function descriptionOf(html: string): string {
  const [, first = ''] = /<p[^>]*>([\s\S]*?)<\/p>/.exec(html) ?? [];
  return withoutTags(first).replace(/\s+/g, ' ').replaceAll('"', '&quot;').slice(0, 160).trim();
}

const line = (paths: string): string =>
  `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${paths}</svg>`;
const icons = {
  bell: '<svg class="bell" viewBox="0 0 512 512" aria-hidden="true"><rect width="512" height="512" rx="116" fill="#8a5600"/><path fill="#ffdf9e" d="M256 96a30 30 0 0 0-30 30v6c-54 14-84 60-88 124-4 54-14 84-44 108-9 8-4 24 9 24h306c13 0 18-16 9-24-30-24-40-54-44-108-4-64-34-110-88-124v-6a30 30 0 0 0-30-30Z"/><path fill="#fff" d="M206 408a50 50 0 0 0 100 0Z"/></svg>',
  menu: line('<path d="M4 7h16M4 12h16M4 17h16"/>'),
  search: line('<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.500 4.500"/>'),
  theme: line('<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor"/>'),
};

// What a notification looks like on each platform at first, as it is typed: drawn after the platforms' own banners, so that a sender
// sees what is cut off. What each device really gets is beside it, by the hub's dry run. Lines as the vendors say them: Windows
// shows two of a title and four of texts, Android one of each until it is opened, iOS and Chrome one of a title.
import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../../language.ts';
import { number } from '../../parts/format.ts';
import { marks } from '../../parts/marks.ts';

export interface Drafted {
  /** As people see it. */
  readonly app: string;
  readonly host: string;
  readonly title: string;
  readonly body: string;
}

interface Platform {
  readonly kind: 'windows' | 'ios' | 'android' | 'webPush';
  readonly name: string;
  readonly titleLines: number;
  readonly bodyLines: number;
  readonly banner: (drafted: Drafted) => TemplateResult;
}

const platforms: readonly Platform[] = [
  { kind: 'ios', name: 'iOS', titleLines: 1, bodyLines: 4, banner: iosBanner },
  { kind: 'android', name: 'Android', titleLines: 1, bodyLines: 1, banner: androidBanner },
  { kind: 'windows', name: 'Windows', titleLines: 2, bodyLines: 4, banner: windowsBanner },
  { kind: 'webPush', name: 'Web · Chrome', titleLines: 1, bodyLines: 3, banner: webBanner },
];

export function previews(drafted: Drafted): TemplateResult {
  return html`<div class="previews">${platforms.map(
    ({ kind, name, titleLines, bodyLines, banner }) =>
      html`<figure><div class="banner ${kind}">${banner(drafted)}</div>
        <figcaption class="small soft"><strong>${name}</strong> ${text('linesShown', { title: number(titleLines), body: number(bodyLines) })}</figcaption></figure>`,
  )}</div>`;
}

const icon = ({ app }: Drafted): TemplateResult => html`<i aria-hidden="true">${[...app][0] ?? ''}</i>`;
const titleOf = ({ title }: Drafted): TemplateResult =>
  html`<strong dir="auto">${title || text('untitledDraft')}</strong>`;
const bodyOf = ({ body }: Drafted): TemplateResult | typeof nothing =>
  body ? html`<p dir="auto">${body}</p>` : nothing;

/** The time stands beside the title, and the name of the app nowhere but in its icon. */
function iosBanner(drafted: Drafted): TemplateResult {
  return html`${icon(drafted)}<div><div class="first">${titleOf(drafted)}<span>${text('nowMark')}</span></div>${bodyOf(drafted)}</div>`;
}

function androidBanner(drafted: Drafted): TemplateResult {
  return html`${icon(drafted)}<div><div class="source"><bdi>${drafted.app}</bdi> · ${text('nowMark')}</div>${titleOf(drafted)}${bodyOf(drafted)}</div><span class="open">${marks.onward}</span>`;
}

function windowsBanner(drafted: Drafted): TemplateResult {
  return html`<div class="top">${icon(drafted)}<bdi>${drafted.app}</bdi><span class="close">${marks.close}</span></div>${titleOf(drafted)}${bodyOf(drafted)}`;
}

/** Whoever sends is the origin of the page, which no page can change. */
function webBanner(drafted: Drafted): TemplateResult {
  return html`${icon(drafted)}<div>${titleOf(drafted)}${bodyOf(drafted)}<div class="source" dir="ltr">Chrome · ${drafted.host}</div></div>`;
}

export const previewsLook = css`
  .previews { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: 1.25rem 1rem; align-items: start; }
  .previews figcaption { margin-top: .375rem; }
  .previews figcaption strong { display: block; color: var(--ink); }
  .banner { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .625rem; align-items: start; padding: .75rem; border: 1px solid var(--line); background: var(--ground); box-shadow: var(--shadow); font-size: .875rem; line-height: 1.35; }
  .banner i { display: grid; place-items: center; width: 2.375rem; height: 2.375rem; border-radius: .625rem; background: var(--mark); color: var(--on-mark); font-style: normal; font-weight: 700; text-transform: uppercase; }
  .banner .source, .banner .first span { color: var(--soft); font-size: .75rem; }
  .banner .source { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .banner strong, .banner p { display: -webkit-box; -webkit-box-orient: vertical; overflow: hidden; overflow-wrap: anywhere; }
  .banner strong { -webkit-line-clamp: 1; }
  .ios { border-radius: 1.375rem; font-family: -apple-system, "SF Pro Text", system-ui, sans-serif; }
  .ios .first { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .5rem; } .ios p { -webkit-line-clamp: 4; }
  .android { grid-template-columns: auto minmax(0, 1fr) auto; border-radius: 1.75rem; padding: .875rem 1rem; font-family: Roboto, system-ui, sans-serif; }
  .android i { width: 1.625rem; height: 1.625rem; border-radius: 50%; font-size: .75rem; } .android strong { font-weight: 500; } .android p { -webkit-line-clamp: 1; color: var(--soft); }
  .android .open .line { width: 1rem; transform: rotate(90deg); color: var(--soft); }
  .windows { grid-template-columns: minmax(0, 1fr); gap: .25rem; border-radius: .5rem; font-family: "Segoe UI Variable", "Segoe UI", system-ui, sans-serif; }
  .windows strong { -webkit-line-clamp: 2; font-weight: 600; } .windows p { -webkit-line-clamp: 4; color: var(--soft); }
  .windows .top { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: .5rem; align-items: center; margin-bottom: .25rem; font-size: .75rem; }
  .windows i { width: 1rem; height: 1rem; border-radius: .1875rem; font-size: .5625rem; } .windows .close .line { width: .875rem; height: .875rem; color: var(--soft); }
  .webPush { border-radius: .5rem; } .webPush i { width: 3rem; height: 3rem; border-radius: .25rem; } .webPush p { -webkit-line-clamp: 3; } .webPush .source { margin-top: .25rem; }
`;

// What a notification looks like on each platform, as it is typed: drawn after the platforms' own banners, so that a sender sees
// what is cut off. What each device really gets is beside it, by the hub's dry run.
import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../../language.ts';

export interface Drafted {
  readonly app: string;
  readonly title: string;
  readonly body: string;
}

const platforms = ['windows', 'ios', 'android', 'webPush'] as const;
const names = { windows: 'Windows', ios: 'iOS', android: 'Android', webPush: 'Web' } as const;

export function previews(drafted: Drafted): TemplateResult {
  return html`<div class="previews">${platforms.map(
    (platform) =>
      html`<figure><figcaption class="small soft">${names[platform]}</figcaption>${banner(drafted, platform)}</figure>`,
  )}</div>`;
}

function banner({ app, title, body }: Drafted, platform: (typeof platforms)[number]): TemplateResult {
  const icon = html`<i aria-hidden="true">${[...app][0] ?? ''}</i>`;
  const source = html`<span class="source"><bdi>${app}</bdi><span>${text('nowMark')}</span></span>`;
  const words = html`<strong dir="auto">${title || text('untitledDraft')}</strong>${body ? html`<p dir="auto">${body}</p>` : nothing}`;
  if (platform === 'windows')
    return html`<div class="banner windows"><div class="top">${icon}${source}</div>${words}</div>`;
  return html`<div class="banner ${platform}">${icon}<div>${source}${words}</div></div>`;
}

export const previewsLook = css`
  .previews { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: 1rem; }
  .previews figcaption { margin-bottom: .25rem; font-weight: 600; }
  .banner { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .625rem; padding: .75rem; border: 1px solid var(--line); background: var(--ground); font-size: .875rem; line-height: 1.35; }
  .banner i { display: grid; place-items: center; width: 2.25rem; height: 2.25rem; border-radius: .625rem; background: var(--mark); color: var(--on-mark); font-style: normal; font-weight: 700; text-transform: uppercase; }
  .banner .source { display: flex; justify-content: space-between; gap: .5rem; color: var(--soft); font-size: .75rem; }
  .banner strong { display: -webkit-box; -webkit-line-clamp: 1; -webkit-box-orient: vertical; overflow: hidden; overflow-wrap: anywhere; }
  .banner p { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; overflow-wrap: anywhere; }
  .ios { border-radius: 1.25rem; } .ios p { -webkit-line-clamp: 4; }
  .android { border-radius: 1.5rem; } .android i { width: 1.75rem; height: 1.75rem; border-radius: 50%; font-size: .8125rem; } .android p { -webkit-line-clamp: 1; }
  .webPush { border-radius: .5rem; }
  .windows { grid-template-columns: minmax(0, 1fr); gap: .25rem; border-radius: .375rem; } .windows strong { -webkit-line-clamp: 2; } .windows p { -webkit-line-clamp: 4; }
  .windows .top { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .5rem; align-items: center; } .windows i { width: 1.25rem; height: 1.25rem; border-radius: .25rem; font-size: .6875rem; }
`;

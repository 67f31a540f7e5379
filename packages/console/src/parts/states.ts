// What a list or a card shows while it has nothing to show: it is read, there is nothing, or it could not be read, and then
// what helps.
import { html, nothing, type TemplateResult } from 'lit';
import { text, words } from '../language.ts';
import { ApiError } from '../session/api.ts';
import { marks } from './marks.ts';

export function bones(): TemplateResult {
  return html`<div class="bones" role="status" aria-label=${text('loading')}><i></i><i></i><i></i><i></i></div>`;
}

export interface Blank {
  readonly mark: TemplateResult | (typeof marks)[keyof typeof marks];
  readonly title: string;
  readonly text?: string | TemplateResult;
  readonly acts?: TemplateResult;
}

export function blank({ mark, title, text: more, acts }: Blank): TemplateResult {
  return html`<div class="blank">${mark}<strong>${title}</strong>${more ? html`<p>${more}</p>` : nothing}${
    acts ? html`<div class="acts">${acts}</div>` : nothing
  }</div>`;
}

/** What happened, in the operator's language; what the hub says of it, in its own; and the way to try again. */
export function failure(error: unknown, again: (() => void) | null): TemplateResult {
  const { title, detail, requestId } = explain(error);
  const isMissing = error instanceof ApiError && error.status === 404;
  return html`<div class="blank" role="alert">${isMissing ? marks.search : marks.failed}<strong>${title}</strong>
    ${detail && !isMissing ? html`<p lang="en" dir="ltr" class="wrap">${detail}</p>` : nothing}
    ${isMissing ? html`<p>${text('notThereText')}</p>` : nothing}
    ${requestId && !isMissing ? html`<p class="small">${text('requestId')} <code dir="ltr">${requestId}</code></p>` : nothing}
    ${again && !isMissing ? html`<div class="acts"><button @click=${again}>${marks.again}${words().signIn('tryAgain')}</button></div>` : nothing}
  </div>`;
}

/** One line of it, beside what failed. */
export function problem(error: unknown): TemplateResult | typeof nothing {
  if (error === null || error === undefined) return nothing;
  const { title, detail } = explain(error);
  return html`<p class="problem small" role="alert">${title}${detail ? html` <span lang="en" dir="ltr">${detail}</span>` : nothing}</p>`;
}

function explain(error: unknown) {
  if (!(error instanceof ApiError))
    return {
      title: text('failedHere'),
      detail: error instanceof Error ? error.message : String(error),
      requestId: null,
    };
  const { status, message, requestId } = error;
  const title =
    status === 0
      ? text('unreachableNow')
      : status === 401
        ? text('sessionOver')
        : status === 403
          ? text('notAllowed')
          : status === 404
            ? text('notThere')
            : status === 429 || status === 503 || status === 406
              ? text('hubBusy')
              : text('failedHub');
  return { title, detail: message, requestId };
}

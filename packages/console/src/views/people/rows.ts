// A device and a session of a person, as rows of a list. What a device is named by is a capability of its app, so a short
// hash tells devices apart, and the end of the push address tells addresses apart.
import { html, nothing, type TemplateResult } from 'lit';
import { text } from '../../language.ts';
import { ago, day, moment } from '../../parts/format.ts';
import { channelName, platformName } from '../../parts/names.ts';
import type { ShownSubscription, UserSession } from '../wire.ts';

export function deviceRow(device: ShownSubscription, isSought: boolean): TemplateResult {
  const { displayName, installationId, appId, platformType, channel, expired, expirationDateTime } = device;
  return html`<li class=${isSought ? 'sought' : ''}><div class="what">
      <span><bdi>${displayName ?? installationId}</bdi> <code class="soft">${device.subscription}</code></span>
      <span class="small soft"><bdi>${appId}</bdi> · ${platformName(platformType)} · ${
        channel
          ? html`${channelName(channel.type)}${channel.host ? html` <span dir="ltr">${channel.host}</span>` : nothing} <code dir="ltr">…${channel.addressEnd}</code>`
          : text('noChannel')
      }</span></div>
    <div class="side small soft">
      ${
        device.lastSeenDateTime
          ? html`<span title=${moment(device.lastSeenDateTime)}>${text('seenAt', { time: ago(device.lastSeenDateTime) })}</span> ·`
          : html`${text('neverSeen')} ·`
      }
      ${
        expired
          ? html`<span class="badge bad">${text('leaseOver')}</span>`
          : html`<span title=${moment(expirationDateTime)}>${text('leaseUntil', { date: day(expirationDateTime) })}</span>`
      }
    </div></li>`;
}

/** `signOut`: null for who may not. */
export function sessionRow(
  { clients, signedInDateTime, lastUsedDateTime }: UserSession,
  signOut: (() => void) | null,
): TemplateResult {
  return html`<li><div class="what"><span><bdi>${clients.join(', ')}</bdi></span>
      <span class="small soft">${text('signedInAt', { time: moment(signedInDateTime) })}</span></div>
    <div class="side small soft"><span title=${moment(lastUsedDateTime)}>${text('usedAt', { time: ago(lastUsedDateTime) })}</span>${signOut ? html`<button @click=${signOut}>${text('signOutOf')}</button>` : nothing}</div></li>`;
}

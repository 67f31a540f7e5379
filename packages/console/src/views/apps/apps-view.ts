// <carillon-apps>: the registered apps with how their hosts and channels stand, one of them, or the page of one push channel.
// What is not in order stands out in the list.
import { html, nothing, type TemplateResult } from 'lit';
import { text } from '../../language.ts';
import { look, sheet } from '../../parts/look.ts';
import { marks } from '../../parts/marks.ts';
import { channelName } from '../../parts/names.ts';
import { firstPage, moreOf, type Pages, Reading } from '../../parts/reading.ts';
import { blank } from '../../parts/states.ts';
import { View } from '../../parts/view.ts';
import { hashOf, type Place } from '../../place.ts';
import type { App } from '../wire.ts';
import './app-view.ts';
import './channel-view.ts';

class AppsView extends View {
  readonly #apps = new Reading<Pages<App>>(this);

  override entered({ path }: Place): void {
    if (path.length > 0) return;
    void this.#apps.read(() => firstPage<App>(this.desk.api, 'admin/apps', { $top: '50' }));
  }

  override render(): TemplateResult {
    const { desk, place } = this;
    if (place.path.length > 2)
      return html`<carillon-channel .desk=${desk} .place=${place}></carillon-channel>`;
    if (place.path.length > 0) return html`<carillon-app .desk=${desk} .place=${place}></carillon-app>`;
    const start = html`<a class="button main" href=${hashOf('start')}>${marks.start}${text('registerApp')}</a>`;
    return html`
      <div class="head"><div><h1>${text('apps')}</h1><p class="soft small">${text('appsText')}</p></div>
        ${desk.mayAct && this.#apps.value?.rows.length ? html`<div class="acts">${start}</div>` : nothing}</div>
      <section class="card">${this.#apps.show(({ rows }) =>
        rows.length === 0
          ? blank({
              ...{ mark: marks.apps, title: text('appsEmpty'), text: text('appsEmptyText') },
              ...(desk.mayAct ? { acts: start } : {}),
            })
          : html`<ul class="rows">${rows.map(row)}</ul>${moreOf(this.#apps, desk.api)}`,
      )}</section>`;
  }

  static override styles = [look, sheet];
}

function row({ appId, displayName, blocked, hosts, channels }: App): TemplateResult {
  const open = hosts.filter(({ verified }) => !verified);
  return html`<li><a class="what" href=${hashOf('apps', [appId])}><bdi>${displayName ?? appId}</bdi>
      <span class="small soft"><span class="mono">${appId}</span>${hosts.length > 0 ? html` · <bdi>${hosts.map(({ host }) => host).join(', ')}</bdi>` : nothing}</span></a>
    <div class="side">
      ${blocked ? html`<span class="badge bad">${text('blocked')}</span>` : nothing}
      ${open.length > 0 ? html`<span class="badge warn">${text('hostsOpen')}</span>` : nothing}
      ${channels.map((kind) => html`<span class="badge">${channelName(kind)}</span>`)}
    </div></li>`;
}

customElements.define('carillon-apps', AppsView);

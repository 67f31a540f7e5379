// The views of the console, each loaded when it is first shown, and what the navigation calls them.
// A view without a name there is reached by a search or a link.
import type { ConsoleMessages } from '@carillon/words';
import { html, type TemplateResult } from 'lit';
import { marks } from '../parts/marks.ts';
import type { Desk } from '../parts/view.ts';
import type { Place, Sight } from '../place.ts';

interface SightEntry {
  readonly load: () => Promise<unknown>;
  readonly show: (desk: Desk, place: Place) => TemplateResult;
}

export const sightTable: Partial<Readonly<Record<Sight, SightEntry>>> = {
  overview: {
    load: () => import('../views/overview/overview-view.ts'),
    show: (desk, place) => html`<carillon-overview .desk=${desk} .place=${place}></carillon-overview>`,
  },
  people: {
    load: () => import('../views/people/people-view.ts'),
    show: (desk, place) => html`<carillon-people .desk=${desk} .place=${place}></carillon-people>`,
  },
  notifications: {
    load: () => import('../views/notification-view.ts'),
    show: (desk, place) =>
      html`<carillon-notification .desk=${desk} .place=${place}></carillon-notification>`,
  },
  search: {
    load: () => import('../views/search-view.ts'),
    show: (desk, place) => html`<carillon-search .desk=${desk} .place=${place}></carillon-search>`,
  },
  apps: {
    load: () => import('../views/apps/apps-view.ts'),
    show: (desk, place) => html`<carillon-apps .desk=${desk} .place=${place}></carillon-apps>`,
  },
  failed: {
    load: () => import('../views/failed/failed-view.ts'),
    show: (desk, place) => html`<carillon-failed .desk=${desk} .place=${place}></carillon-failed>`,
  },
  webhooks: {
    load: () => import('../views/webhooks-view.ts'),
    show: (desk, place) => html`<carillon-webhooks .desk=${desk} .place=${place}></carillon-webhooks>`,
  },
  nodes: {
    load: () => import('../views/nodes/nodes-view.ts'),
    show: (desk, place) => html`<carillon-nodes .desk=${desk} .place=${place}></carillon-nodes>`,
  },
  compose: {
    load: () => import('../views/compose/compose-view.ts'),
    show: (desk, place) => html`<carillon-compose .desk=${desk} .place=${place}></carillon-compose>`,
  },
  start: {
    load: () => import('../views/start/start-view.ts'),
    show: (desk, place) => html`<carillon-start .desk=${desk} .place=${place}></carillon-start>`,
  },
  audit: {
    load: () => import('../views/audit-view.ts'),
    show: (desk, place) => html`<carillon-audit .desk=${desk} .place=${place}></carillon-audit>`,
  },
};

export interface NavigationEntry {
  readonly sight: Sight;
  readonly name: keyof ConsoleMessages;
  readonly mark: (typeof marks)[keyof typeof marks];
}

export const navigation: readonly NavigationEntry[] = [
  { sight: 'overview', name: 'overview', mark: marks.overview },
  { sight: 'people', name: 'people', mark: marks.people },
  { sight: 'apps', name: 'apps', mark: marks.apps },
  { sight: 'failed', name: 'failed', mark: marks.failed },
  { sight: 'webhooks', name: 'webhooks', mark: marks.webhooks },
  { sight: 'nodes', name: 'nodes', mark: marks.nodes },
  { sight: 'audit', name: 'audit', mark: marks.audit },
  { sight: 'compose', name: 'compose', mark: marks.compose },
  { sight: 'start', name: 'start', mark: marks.start },
];

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
  people: {
    load: () => import('../views/people/people-view.ts'),
    show: (desk, place) => html`<carillon-people .desk=${desk} .place=${place}></carillon-people>`,
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
  { sight: 'people', name: 'people', mark: marks.people },
  { sight: 'audit', name: 'audit', mark: marks.audit },
];

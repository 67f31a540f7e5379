// The questions of the console as requests: its search, a timeline, a person, failed deliveries and why they failed, the audit.
// Each asks for somebody else every time, so that nothing is warm that would not be.
import { randomUUID } from 'node:crypto';
import { nameOf } from '../../setup/fill-deliveries.ts';

export interface Question {
  readonly what: string;
  readonly target: () => string;
  /** Of some the next one depends on the answer. */
  readonly onAnswer?: (body: string) => void;
}

export interface Asked {
  /** Of devices that registered with the hub. */
  readonly unsIds: readonly string[];
  readonly personCount: number;
  readonly perPerson: number;
  /** One whose deliveries next to never fail. */
  readonly rareApp: string;
  /** Of the entries of the audit. */
  readonly who: readonly string[];
}

const search = (q: string): string => `/admin/search?q=${encodeURIComponent(q)}`;

export function questionsOf({ unsIds, personCount, perPerson, rareApp, who }: Asked): Question[] {
  const found: string[] = [];
  const next = openCounter();
  // Coprime steps, so that all of both are met.
  const person = (): number => (next() * 7919) % personCount;
  const nameOfPerson = (): string => `waiting${person()}@contoso.example`;
  const named = (): string => nameOf(1 + (person() % personCount), 2 + (next() % (perPerson - 1)));
  const of = <T>(list: readonly T[]): T => list[next() % list.length] as T;
  const failed = '/admin/deliveries?status=failed&$top=100';
  const audit = '/admin/audit?$top=100';
  return [
    {
      what: 'search of an appNotificationId',
      target: () => search(named()),
      onAnswer: (body) => void found.push(...idsOf(body)),
    },
    { what: 'search of a notification', target: () => search(of(found)) },
    { what: 'search of a person', target: () => search(nameOfPerson()) },
    { what: 'search of how many names begin', target: () => search('waiting') },
    { what: 'search of a subscription', target: () => search(of(unsIds)) },
    { what: 'search of a word that is nowhere', target: () => search(`nowhere ${next()}`) },
    { what: 'search of an id that is nowhere', target: () => search(randomUUID()) },
    { what: 'timeline', target: () => `/admin/notifications/${of(found)}/timeline` },
    { what: "a person's devices", target: () => `/admin/users/waiting-${person()}/subscriptions` },
    pages('failed deliveries, page after page', failed),
    pages('failed deliveries of an app, page after page', `${failed}&app=bench-app-3`),
    { what: 'failed deliveries of an app that has few', target: () => `${failed}&app=${rareApp}` },
    { what: 'why deliveries failed', target: () => '/admin/deliveries/causes' },
    {
      what: 'why those of an app that has few failed',
      target: () => `/admin/deliveries/causes?app=${rareApp}`,
    },
    pages('audit, page after page', audit),
    { what: 'audit of a person', target: () => `${audit}&who=${of(who)}` },
    { what: 'audit of what nobody did', target: () => `${audit}&what=nothing` },
    { what: 'audit of what is below a thing', target: () => `${audit}&on=users/nobody` },
    { what: 'audit of long ago', target: () => `${audit}&to=2020-01-01T00:00:00Z` },
    { what: 'overview', target: () => '/admin/overview' },
  ];
}

/** The first page again after the last one. */
function pages(what: string, first: string): Question {
  let target = first;
  return {
    what,
    target: () => target,
    onAnswer(body) {
      const link = (JSON.parse(body) as { '@odata.nextLink'?: string })['@odata.nextLink'];
      target = link === undefined ? first : link.slice(link.indexOf('/admin/'));
    },
  };
}

function idsOf(body: string): string[] {
  const { value } = JSON.parse(body) as { value: readonly { type: string; id: string }[] };
  return value.filter(({ type }) => type === 'notification').map(({ id }) => id);
}

function openCounter(): () => number {
  let count = 0;
  return () => count++;
}

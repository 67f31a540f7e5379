// The history of a notification on each device, as a list of events: each read of its deliveries yields what is new since
// the last one. Of several events between two reads, each is reported with its own time.
import type { Delivery, Subscription, Verdict } from '@carillon/protocol';

/** One line of the timeline that is about a device. */
export interface DeviceEvent {
  readonly dateTime: string | null;
  readonly what: string;
  /** Its display name, else its platform and installation. */
  readonly device: string;
  readonly subscriptionId: string;
  readonly platform: Delivery['platform'];
  readonly kind: Delivery['kind'];
  readonly attempts?: number;
  readonly verdict?: Verdict;
  /** HTTP status of the provider; null without an answer. */
  readonly status?: number | null;
  readonly reason?: string | null;
}

/** What an answer of a provider means. */
const outcomes = {
  accepted: 'accepted',
  retry: 'retry',
  throttled: 'throttled',
  gone: 'gone',
  refused: 'failed',
} as const satisfies Record<Verdict, string>;

type Devices = ReadonlyMap<string, Subscription>;
type Fact = Omit<DeviceEvent, 'device' | 'subscriptionId' | 'platform' | 'kind'>;

export class Timeline {
  readonly #told = new Set<string>();

  /** What is new in these deliveries, in the order of time. */
  next(deliveries: readonly Delivery[], devices: Devices): DeviceEvent[] {
    const events = deliveries.flatMap((delivery) =>
      factsOf(delivery)
        .filter((fact) => this.#isNew(delivery, fact))
        .map((fact) => ({ ...fact, ...deviceOf(delivery, devices) })),
    );
    return events.sort((one, other) => timeOf(one) - timeOf(other));
  }

  #isNew({ subscriptionId, kind, plannedDateTime }: Delivery, fact: Fact): boolean {
    const key = JSON.stringify([subscriptionId, kind, plannedDateTime, fact]);
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    return true;
  }
}

/**
 * Whether nothing more can be reported: every push has ended without reaching its device. A device that has it, or that
 * listens live, may still show it and act.
 */
export function isOver(deliveries: readonly Delivery[], devices: Devices): boolean {
  return deliveries.length > 0 && deliveries.every((each) => hasEnded(each, devices));
}

function hasEnded({ status, subscriptionId }: Delivery, devices: Devices): boolean {
  switch (status) {
    case 'withdrawn':
    case 'expired':
    case 'failed':
    case 'gone':
      return true;
    case 'skipped':
      return devices.get(subscriptionId)?.channel !== null;
    case 'pending':
    case 'sent':
    case 'accepted':
    case 'fetched':
    case 'shown':
    case 'acted':
      return false;
  }
}

function factsOf(delivery: Delivery): Fact[] {
  const { plannedDateTime, fetchedDateTime, shownDateTime, actedDateTime } = delivery;
  const facts: Fact[] = [];
  if (wasPlanned(delivery)) facts.push({ dateTime: plannedDateTime, what: 'pending' });
  facts.push(...answerOf(delivery));
  if (fetchedDateTime) facts.push({ dateTime: fetchedDateTime, what: 'fetched' });
  if (shownDateTime) facts.push({ dateTime: shownDateTime, what: 'shown' });
  if (actedDateTime) facts.push({ dateTime: actedDateTime, what: 'acted' });
  facts.push(...endOf(delivery));
  return facts;
}

/** A delivery that was skipped from the start never waited, even if its device fetched the notification later. */
function wasPlanned({ status, reason, attempts }: Delivery): boolean {
  const waited = ['pending', 'withdrawn', 'expired', 'gone'].includes(status);
  return attempts > 0 || waited || (status !== 'skipped' && reason === null);
}

function answerOf({ attempts, lastAnswer }: Delivery): Fact[] {
  if (!lastAnswer) return [];
  const { verdict, status, reason, dateTime } = lastAnswer;
  return [{ dateTime, what: outcomes[verdict], attempts, verdict, status, reason }];
}

/** How it ended, when no answer of a provider says so. */
function endOf({ status, reason, lastAnswer }: Delivery): Fact[] {
  const said = lastAnswer && outcomes[lastAnswer.verdict] === status;
  if ((status === 'failed' || status === 'gone') && said) return [];
  const ends = ['withdrawn', 'expired', 'failed', 'gone', 'skipped'];
  return ends.includes(status) ? [{ dateTime: null, what: status, reason }] : [];
}

/** An event without a time of its own gets the present. */
function timeOf({ dateTime }: Fact): number {
  return dateTime === null ? Number.MAX_SAFE_INTEGER : Date.parse(dateTime);
}

function deviceOf({ subscriptionId, platform, kind }: Delivery, devices: Devices) {
  const known = devices.get(subscriptionId);
  // A subscription that has ended leaves only its id.
  const name = known?.displayName || `${platform} ${known?.installationId ?? subscriptionId.slice(0, 8)}`;
  return { device: name, subscriptionId, platform, kind };
}

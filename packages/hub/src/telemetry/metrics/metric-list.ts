// Every metric of the hub, once: its name, type, unit, labels and help. What is counted, what /metrics answers,
// docs/metrics.md, the dashboards and the alert rules are made from this list or checked against it.
// A label never holds a name, an id of a person, a title or a token. Each has a closed set of values, so the list bounds
// how many series there are.

type MetricType = 'counter' | 'gauge' | 'histogram';

export interface Metric {
  readonly name: string;
  readonly type: MetricType;
  /** Of the value, as people say it; empty for what is counted by its own name. */
  readonly unit: '' | 'bytes' | 'days' | 'ratio' | 'seconds' | 'writes';
  readonly labels: readonly string[];
  readonly help: string;
  /** Of a histogram: the upper bound of each bucket but the last, which has none. */
  readonly buckets?: readonly number[];
}

const atOnce = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const sending = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];
const reaching = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400];
const together = [1, 2, 4, 8, 16, 32, 64, 128];

export const metricList = [
  {
    name: 'carillon_requests_total',
    type: 'counter',
    unit: '',
    labels: [],
    help: 'Requests to operations, refused ones and the parts of batches included.',
  },
  {
    name: 'carillon_answers_total',
    type: 'counter',
    unit: '',
    labels: ['operation', 'status'],
    help: 'Answers by operation and HTTP status, as far as the operation or who may call it decides.',
  },
  {
    name: 'carillon_creates_total',
    type: 'counter',
    unit: '',
    labels: [],
    help: 'New notifications that were committed; replaced and repeated ones are none.',
  },
  {
    name: 'carillon_changes_total',
    type: 'counter',
    unit: '',
    labels: [],
    help: 'Committed changes of feeds: posted, replaced, handled, woken, deleted, expired.',
  },
  {
    name: 'carillon_throttled_total',
    type: 'counter',
    unit: '',
    labels: [],
    help: 'Requests that were refused because a limit on requests was reached.',
  },
  {
    name: 'carillon_streams',
    type: 'gauge',
    unit: '',
    labels: [],
    help: 'Live streams that are open on this node.',
  },
  {
    name: 'carillon_convergence_seconds',
    type: 'histogram',
    unit: 'seconds',
    labels: ['from'],
    help: 'From a change until the streams of this node have it, by where it was committed: here or at another node.',
    buckets: atOnce,
  },
  {
    name: 'carillon_deliveries_total',
    type: 'counter',
    unit: '',
    labels: ['channel', 'verdict'],
    help: 'Recorded attempts to push, by channel and by what the answer of the provider means.',
  },
  {
    name: 'carillon_create_to_accepted_seconds',
    type: 'histogram',
    unit: 'seconds',
    labels: [],
    help: 'From the commit of a notification until a provider accepted its push to a device.',
    buckets: sending,
  },
  {
    name: 'carillon_create_to_fetched_seconds',
    type: 'histogram',
    unit: 'seconds',
    labels: [],
    help: 'From the commit of a notification until a registered device had it.',
    buckets: reaching,
  },
  {
    name: 'carillon_create_to_shown_seconds',
    type: 'histogram',
    unit: 'seconds',
    labels: [],
    help: 'From the commit of a notification until a device showed it, as the device reports.',
    buckets: reaching,
  },
  {
    name: 'carillon_accepted_to_shown_seconds',
    type: 'histogram',
    unit: 'seconds',
    labels: ['channel'],
    help: 'From the acceptance by a provider until the device showed the notification, by channel.',
    buckets: reaching,
  },
  {
    name: 'carillon_accepted_total',
    type: 'counter',
    unit: '',
    labels: ['channel'],
    help: 'Deliveries of notifications that a provider accepted, by channel.',
  },
  {
    name: 'carillon_shown_total',
    type: 'counter',
    unit: '',
    labels: ['channel'],
    help: 'Deliveries that a provider had accepted and whose device reported that it showed them, by channel.',
  },
  {
    name: 'carillon_accepted_never_shown_ratio',
    type: 'gauge',
    unit: 'ratio',
    labels: ['channel'],
    help: 'Of what providers accepted on this node in the last 24 hours, the part that no device showed.',
  },
  {
    name: 'carillon_oldest_pending_seconds',
    type: 'gauge',
    unit: 'seconds',
    labels: [],
    help: 'Age of the oldest delivery in the store that waits; 0 when none does.',
  },
  {
    name: 'carillon_commit_batch_size',
    type: 'histogram',
    unit: 'writes',
    labels: [],
    help: 'Writes in a batch that was committed.',
    buckets: together,
  },
  {
    name: 'carillon_commit_seconds',
    type: 'histogram',
    unit: 'seconds',
    labels: [],
    help: 'From the sending of a batch to the store until it was durable.',
    buckets: atOnce,
  },
  {
    name: 'carillon_commit_failures_total',
    type: 'counter',
    unit: '',
    labels: [],
    help: 'Batches that the store refused or could not write.',
  },
  {
    name: 'carillon_queue_depth',
    type: 'gauge',
    unit: '',
    labels: ['queue'],
    help: 'What waits or is under way in this process: writes, deliveries held in memory, attempts to push.',
  },
  {
    name: 'carillon_dead_addresses_total',
    type: 'counter',
    unit: '',
    labels: [],
    help: 'Push addresses whose subscription ended because the provider reported them dead.',
  },
  {
    name: 'carillon_credentials_expire_days',
    type: 'gauge',
    unit: 'days',
    labels: ['of'],
    help: 'Days until the certificate of this hub ends; +Inf without one.',
  },
  {
    name: 'carillon_store_up',
    type: 'gauge',
    unit: '',
    labels: [],
    help: '1 while the store can be read and written, else 0.',
  },
  {
    name: 'carillon_bus_up',
    type: 'gauge',
    unit: '',
    labels: [],
    help: '1 while the bus between nodes is connected, or where this hub has none; else 0.',
  },
  {
    name: 'carillon_event_loop_lag_seconds',
    type: 'gauge',
    unit: 'seconds',
    labels: [],
    help: 'How late the event loop came to its timers, at the 99th percentile since the scrape before.',
  },
  {
    name: 'carillon_process_cpu_seconds_total',
    type: 'counter',
    unit: 'seconds',
    labels: [],
    help: 'Processor time of this process.',
  },
  {
    name: 'carillon_process_resident_memory_bytes',
    type: 'gauge',
    unit: 'bytes',
    labels: [],
    help: 'Memory of this process that is resident.',
  },
] as const satisfies readonly Metric[];

type Listed = (typeof metricList)[number];
export type MetricName = Listed['name'];
export type NameOf<T extends MetricType> = Extract<Listed, { type: T }>['name'];

export function metricOf(name: MetricName): Metric {
  const found = metricList.find((each) => each.name === name);
  if (!found) throw new Error(`${name} is no metric`);
  return found;
}

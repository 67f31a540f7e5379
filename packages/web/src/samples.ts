// The notifications of "Send myself one" on a development hub, one after another:
// they show groups, times and long texts.
interface Sample {
  readonly title: string;
  readonly body: string;
  readonly groupName?: string;
}

const samples: readonly [Sample, ...Sample[]] = [
  { title: 'Lunch is ready', body: 'Soup today, and there is still cake.', groupName: 'Kitchen' },
  { title: 'Build 4812 passed', body: 'main · 214 tests in 3 minutes', groupName: 'Builds' },
  { title: 'Maria mentioned you', body: '“Could you look at the second paragraph before we send it?”' },
  { title: 'Your parcel is on its way', body: 'It arrives tomorrow between 9 and 12.', groupName: 'Parcels' },
  { title: 'Disk of db-2 is 85 % full', body: 'At this rate it is full in four days.', groupName: 'Alerts' },
  { title: 'Standup in 10 minutes', body: 'Room Basil, or the usual link.' },
];

export function sampleAt(turn: number, targetHostName: string): object {
  const { groupName, ...visualContent } = samples[turn % samples.length] ?? samples[0];
  return { targetHostName, payload: { visualContent }, ...(groupName ? { groupName } : {}) };
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { limits } from '@carillon/protocol';
import { builtInChannels } from '../../hub/channels.ts';
import { laneLimits } from '../../push/dispatch/lane.ts';
import { hubFixed, measured } from './constants.ts';

const results = readFileSync(new URL('../../../../../bench/RESULTS.md', import.meta.url), 'utf8');
const mend = 'run `node tools/capacity-constants.ts`';

for (const { section, figure, value, unit, recorded } of Object.values(measured)) {
  test(`The figure "${figure}" is that of the section ${section} of bench/RESULTS.md.`, () => {
    const median = findMedian(section, figure);
    if (recorded) assert.equal(median, `${value} ${unit}`, mend);
    else assert.equal(median, undefined, `it is recorded now: ${mend}`);
  });
}

for (const { title, capacity } of builtInChannels) {
  test(`What ${title} carries is the median of "${capacity.drained.figure}" of bench/RESULTS.md.`, () => {
    const { figure, perSecond } = capacity.drained;
    assert.equal(findMedian('push-drain', figure), `${perSecond} /s`, mend);
  });
}

test('What the calculation takes as fixed is what the hub has.', () => {
  assert.equal(hubFixed.pushesInFlightOfApp, laneLimits.inFlight);
  assert.equal(hubFixed.heartbeatSeconds, limits.heartbeatSeconds);
  assert.equal(hubFixed.pushesInFlight, constantIn('push/dispatch/dispatcher.ts', 'inFlightMost'));
  const feed = 'store/postgres/wire/connections.ts';
  const asking = constantIn('store/postgres/registry/link.ts', 'askingMax');
  const listening = 1;
  const connections = constantIn(feed, 'writers') + constantIn(feed, 'readers') + asking + listening;
  assert.equal(hubFixed.postgresConnections, connections);
});

/** Of a file that exports it to nobody. */
function constantIn(file: string, name: string): number {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  return Number(new RegExp(`^const ${name} = (\\d+);$`, 'm').exec(text)?.[1]);
}

/** The median as it is written, such as `115.5 µs`. */
function findMedian(section: string, figure: string): string | undefined {
  const part = results.split(/^## /m).find((each) => each.startsWith(`${section}\n`));
  const row = part?.split('\n').find((line) => line.startsWith(`| ${figure} |`));
  return row?.split('|')[2]?.trim();
}

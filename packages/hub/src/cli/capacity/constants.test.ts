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
  const dispatcher = readFileSync(new URL('../../push/dispatch/dispatcher.ts', import.meta.url), 'utf8');
  assert.match(dispatcher, new RegExp(`^const inFlightMost = ${hubFixed.pushesInFlight};$`, 'm'));
});

/** The median as it is written, such as `115.5 µs`. */
function findMedian(section: string, figure: string): string | undefined {
  const part = results.split(/^## /m).find((each) => each.startsWith(`${section}\n`));
  const row = part?.split('\n').find((line) => line.startsWith(`| ${figure} |`));
  return row?.split('|')[2]?.trim();
}

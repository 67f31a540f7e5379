import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Capacity, computeCapacity, firstLimitOf } from './compute.ts';
import { measured } from './constants.ts';
import { describeCapacity } from './describe.ts';
import { type CapacityInputs, readInputs, transports } from './inputs.ts';

const defaults = readInputs({});

/** Not any double: a rate of 5e-324 has no digits left to compare. */
function hundredths(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: Math.ceil(min * 100), max: max * 100 }).map((each) => each / 100);
}

const anyInputs: fc.Arbitrary<CapacityInputs> = fc.record({
  users: fc.integer({ min: 1, max: 500_000_000 }),
  devices: hundredths(0, 20),
  rate: hundredths(0, 500),
  peak: hundredths(1, 50),
  online: hundredths(0, 1),
  handled: hundredths(0, 5),
  content: fc.integer({ min: 1, max: 65_536 }),
  days: hundredths(0.01, 30),
  apps: fc.integer({ min: 1, max: 100 }),
  answer: hundredths(1, 10_000),
  memory: hundredths(0.25, 64),
  busy: hundredths(0.05, 0.95),
  checkpoint: hundredths(0.5, 1440),
  compression: hundredths(1, 10),
  transport: fc.constantFrom(...transports),
  platforms: fc.constantFrom(defaults.platforms, readInputs({ platforms: 'webPush=1' }).platforms),
});

/** Whatever must not become less when there is more to do. */
function needs({ load, hubs, postgres, bus, network, providers }: Capacity): Record<string, number> {
  return {
    creates: load.peak.creates,
    frames: load.peak.frames,
    pushes: load.peak.pushesAll,
    streams: load.streams,
    ...{ hubs: hubs.count, byCpu: hubs.byCpu, byMemory: hubs.byMemory, byPushes: hubs.byPushes },
    ...{ rows: postgres.rowsPerSecond, log: postgres.logBytesPerSecond, stored: postgres.storedBytes },
    ...{ growth: postgres.growthBytesPerDay, connections: postgres.connections },
    published: bus.publishedPerSecond,
    ...network,
    ...Object.fromEntries(providers.map(({ platform, perMinute }) => [platform, perMinute])),
  };
}

for (const input of ['users', 'rate', 'peak', 'handled', 'content'] as const) {
  test(`More ${input} never needs less of anything.`, () => {
    fc.assert(
      fc.property(anyInputs, hundredths(1, 20), (inputs, factor) => {
        const more = { ...inputs, [input]: Math.ceil(inputs[input] * factor) };
        const [few, many] = [needs(computeCapacity(inputs)), needs(computeCapacity(more))];
        // Sums of doubles differ in their last digits.
        for (const [name, need] of Object.entries(few)) assert.ok(many[name]! >= need * (1 - 1e-9), name);
      }),
    );
  });
}

test('More devices never need less of anything.', () => {
  fc.assert(
    fc.property(anyInputs, hundredths(0, 20), (inputs, added) => {
      const more = { ...inputs, devices: inputs.devices + added };
      const [few, many] = [needs(computeCapacity(inputs)), needs(computeCapacity(more))];
      for (const [name, need] of Object.entries(few)) assert.ok(many[name]! >= need * (1 - 1e-9), name);
    }),
  );
});

test('Every figure of every capacity is a number from zero on, and no share of the log is above 1.', () => {
  fc.assert(
    fc.property(anyInputs, (inputs) => {
      const capacity = computeCapacity(inputs);
      for (const [name, need] of Object.entries(needs(capacity)))
        assert.ok(need >= 0 && Number.isFinite(need), name);
      for (const { share, resource } of capacity.limits)
        assert.ok(share >= 0 && Number.isFinite(share), resource);
      assert.ok(capacity.postgres.pageImageShare <= 1);
      assert.ok(capacity.bus.deliveredToHubPerSecond <= capacity.bus.publishedPerSecond * (1 + 1e-9));
      assert.ok(capacity.load.onlineUsers <= inputs.users);
    }),
  );
});

test('A million users with two devices and ten notifications a day make what arithmetic says.', () => {
  const { load } = computeCapacity({ ...defaults, users: 1_000_000 });
  assert.equal(Math.round(load.mean.creates * 86_400), 10_000_000);
  assert.equal(load.peak.creates, load.mean.creates * 5);
  assert.equal(load.streams, 200_000);
  // 2 rings each, and for 8 of 10 a tap to the other device, unless that is a browser.
  assert.ok(Math.abs(load.mean.pushesAll / load.mean.creates - (2 + 0.8 * 0.95)) < 1e-9);
  assert.ok(Math.abs(load.mean.frames / load.mean.creates - 1.8 * 2 * 0.1) < 1e-9);
});

test('Without devices nothing is pushed, streamed or told to push services.', () => {
  const capacity = computeCapacity({ ...defaults, devices: 0 });
  assert.equal(capacity.load.peak.pushesAll + capacity.load.streams + capacity.load.peak.frames, 0);
  assert.equal(capacity.network.toPushServices, 0);
  assert.equal(capacity.bus.deliveredPerSecond, 0);
});

test('Streams that end their TLS in the hub take more memory, as measured, and so more hubs.', () => {
  const inputs = { ...defaults, users: 10_000_000 };
  const of = (transport: CapacityInputs['transport']) => computeCapacity({ ...inputs, transport }).hubs;
  assert.equal(of('sse-tls').streamBytes, measured.streamSseTls.value * 1024);
  assert.ok(of('sse-tls').byMemory > of('sse').byMemory);
  assert.ok(of('http2-tls').byMemory > of('websocket-tls').byMemory);
});

test('The memory of a hub holds its streams with a quarter to spare.', () => {
  const capacity = computeCapacity({ ...defaults, users: 50_000_000, rate: 0 });
  const { count, streamBytes } = capacity.hubs;
  const used = (capacity.load.streams / (count - 1)) * streamBytes + measured.idleMemory.value * 1e6;
  assert.ok(used <= 2 * 1024 ** 3 * 0.75);
});

test('There are always two hubs, and one more than the load takes.', () => {
  assert.equal(computeCapacity({ ...defaults, users: 1, rate: 0 }).hubs.count, 2);
  const { byCpu, byMemory, byPushes, count } = computeCapacity({ ...defaults, users: 20_000_000 }).hubs;
  assert.equal(count, Math.max(byCpu, byMemory, byPushes) + 1);
});

test('The quota of FCM is per project, and only it is documented.', () => {
  const quotas = (apps: number) =>
    computeCapacity({ ...defaults, apps }).providers.map(({ platform, quotaPerMinute }) => [
      platform,
      quotaPerMinute,
    ]);
  assert.deepEqual(Object.fromEntries(quotas(3)), {
    windows: null,
    ios: null,
    android: 1_800_000,
    webPush: null,
  });
  const documented = computeCapacity(defaults).limits.filter(({ source }) => source === 'documented');
  assert.deepEqual(
    documented.map(({ resource }) => resource),
    ['FCM quota'],
  );
});

test('A push service that answers slowly takes more hubs, since each has a bounded number under way.', () => {
  const inputs = { ...defaults, users: 5_000_000 };
  const { byPushes } = computeCapacity(inputs).hubs;
  assert.ok(computeCapacity({ ...inputs, answer: 1000 }).hubs.byPushes > byPushes);
  assert.ok(computeCapacity({ ...inputs, apps: 10 }).hubs.byPushes < byPushes);
});

test('Checkpoints further apart, and compression, make the log smaller.', () => {
  const log = (inputs: Partial<CapacityInputs>) =>
    computeCapacity({ ...defaults, users: 5_000_000, ...inputs }).postgres.logBytesPerSecond;
  assert.ok(log({ checkpoint: 60 }) < log({ checkpoint: 5 }));
  assert.ok(log({ compression: 3 }) < log({ compression: 1 }));
});

test('With few users online hubs ask for them by name; with many each receives every change.', () => {
  const few = computeCapacity({ ...defaults, users: 10_000 }).bus;
  assert.equal(few.wholeShards, false);
  assert.ok(few.subscriptionsOfHub < 4096);
  const many = computeCapacity({ ...defaults, users: 50_000_000 });
  assert.equal(many.bus.wholeShards, true);
  assert.ok(Math.abs(many.bus.deliveredToHubPerSecond / many.bus.publishedPerSecond - 1) < 0.01);
});

test('What breaks first fits up to the users that are named, and not a little beyond.', () => {
  fc.assert(
    fc.property(anyInputs, (inputs) => {
      const first = firstLimitOf(inputs);
      if (!first) return;
      const beyond = computeCapacity({ ...inputs, users: Math.ceil(first.users * 1.01) + 2 });
      const again = beyond.limits.find(({ resource }) => resource === first.limit.resource);
      assert.ok(first.limit.share > 1);
      assert.ok(again);
      if (first.users > 0)
        assert.ok(computeCapacity({ ...inputs, users: first.users }).limits[0]!.share <= 1);
    }),
    { numRuns: 50 },
  );
});

test('With pushes to Android alone, the quota of one Firebase project breaks first.', () => {
  const inputs = { ...readInputs({ platforms: 'android=1', handled: '0', days: '0.1' }), compression: 10 };
  const first = firstLimitOf({ ...inputs, checkpoint: 1440 });
  assert.equal(first?.limit.resource, 'FCM quota');
  assert.ok(first && first.users < 100_000_000);
});

test('The text names what breaks first, and every benchmark that is not recorded yet.', () => {
  const inputs = { ...defaults, users: 100_000_000 };
  const first = firstLimitOf(inputs);
  const text = describeCapacity(computeCapacity(inputs), first);
  assert.ok(first && text.includes(`${first.limit.resource} reaches its limit first`));
  for (const { figure, recorded } of Object.values(measured))
    assert.equal(!recorded, text.includes(figure), figure);
  assert.ok(text.split('\n').every((line) => !/NaN|undefined|Infinity/.test(line)));
});

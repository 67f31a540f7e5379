import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { capacityCommand } from './capacity.ts';

/** What the command writes on standard output. */
async function run(...options: string[]): Promise<string> {
  const { write } = process.stdout;
  const written: string[] = [];
  process.stdout.write = ((text: string) => written.push(text) > 0) as typeof write;
  try {
    await new Command().addCommand(capacityCommand()).parseAsync(['capacity', ...options], { from: 'user' });
  } finally {
    process.stdout.write = write;
  }
  return written.join('');
}

test('`capacity --json` prints one object with the inputs, the figures, the sources and what breaks first.', async () => {
  const capacity = JSON.parse(await run('--users', '1e8', '--devices', '3', '--rate', '20', '--json'));
  assert.deepEqual(
    [capacity.inputs.users, capacity.inputs.devices, capacity.inputs.rate],
    [100_000_000, 3, 20],
  );
  assert.ok(capacity.hubs.count > 100);
  assert.ok(capacity.firstLimit.users < capacity.inputs.users);
  assert.equal(capacity.measured.createMain.section, 'creates');
});

test('`capacity` prints the same for people, and rejects what it can not use.', async () => {
  const text = await run('--users', '1e8');
  for (const part of ['Hubs', 'PostgreSQL', 'NATS', 'Push services', 'reaches its limit first'])
    assert.ok(text.includes(part), part);
  await assert.rejects(run('--users', 'many'), /--users "many" must be a whole number/);
});

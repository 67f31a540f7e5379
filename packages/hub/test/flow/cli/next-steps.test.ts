// What `start`, `restore` and `doctor` say when something is wrong: one line that names what to do next. And what a command
// does when nobody reads its output to the end.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { launcher } from '@carillon/testing/hub/command.ts';
import { commandLine } from '@carillon/testing/hub/command-line.ts';
import { startHub } from '@carillon/testing/hub/hub.ts';

const unreachable = 'postgres://x@127.0.0.1:9/x';

/** A folder with data, a backup of it, and copies of the backup that are spoilt. */
function openPlace(context: TestContext) {
  const line = commandLine(context);
  const at = (name: string): string => join(line.path, name);
  const data = ['--data-dir', at('data')];
  const backedUp = () => line.run(['backup', '--to', at('backup'), ...data]);
  assert.equal(line.run(['app', 'create', '--id', 'shop', '--host', 'shop.example', ...data]).status, 0);
  const { status, stderr } = backedUp();
  assert.equal(status, 0, stderr);
  return { ...line, at, data };
}

function assertOneLine(stderr: string, nextStep: RegExp): void {
  assert.match(stderr, /^carillon: [^\n]+\n$/);
  assert.match(stderr, nextStep);
}

test('restore names what to do next', (context) => {
  const { run, at, data } = openPlace(context);
  const spoil = (name: string, change: (folder: string) => void): string => {
    cpSync(at('backup'), at(name), { recursive: true });
    change(at(name));
    return at(name);
  };
  mkdirSync(at('empty'));
  const wrote = /name a folder that `carillon backup --to` wrote/;
  const cases: [readonly string[], RegExp][] = [
    [['--from', at('nowhere')], wrote],
    [['--from', at('empty')], wrote],
    [['--from', spoil('half', (folder) => writeFileSync(join(folder, 'manifest.json'), '{'))], wrote],
    [
      ['--from', spoil('other', (folder) => writeFileSync(join(folder, 'manifest.json'), '{}'))],
      /restore with the version that made it/,
    ],
    [
      ['--from', spoil('cut', (folder) => writeFileSync(join(folder, 'registry.db'), 'x'))],
      /use another backup/,
    ],
    [['--from', spoil('lost', (folder) => rmSync(join(folder, 'registry.db')))], /use another one/],
    [['--from', at('backup'), ...data], /Name a new folder with --data-dir, or move/],
    [['--from', at('backup'), '--database-url', unreachable], /leave --database-url out/],
  ];
  for (const [args, nextStep] of cases) {
    const target = args.includes('--data-dir') ? [] : ['--data-dir', at('new')];
    const { status, stderr } = run(['restore', ...args, ...target]);
    assert.equal(status, 1, args.join(' '));
    assertOneLine(stderr, nextStep);
  }
});

test('start names what to do next', (context) => {
  const { run, at, path } = openPlace(context);
  const damaged = (name: string): string => {
    mkdirSync(at(`bad-${name}`));
    writeFileSync(
      join(at(`bad-${name}`), name),
      'no database, and longer than its header of one hundred bytes'.repeat(9),
    );
    return at(`bad-${name}`);
  };
  writeFileSync(at('broken.json'), '{');
  writeFileSync(at('unknown.json'), '{"colour":1}');
  const cases: [readonly string[], RegExp, number][] = [
    [['--port', 'x'], /must be a whole number/, 78],
    [['--config', at('none.json')], /correct it, or name another file/, 78],
    [['--config', at('broken.json')], /correct it, or name another file/, 78],
    [['--config', at('unknown.json')], /known are port, host/, 78],
    [['--data-dir', at('broken.json')], /let the user that runs the hub read and write/, 78],
    [['--data-dir', damaged('registry.db')], /move it away, or restore a backup/, 78],
    [['--data-dir', damaged('feed.db')], /move it away, or restore a backup/, 78],
    [['--data-dir', path, '--database-url', unreachable], /start PostgreSQL, or correct the URL/, 78],
    [['--nats-creds', at('none.creds')], /name a file that the user of the hub may read/, 78],
  ];
  for (const [args, nextStep, code] of cases) {
    const { status, stderr } = run(['serve', '--port', '0', ...args]);
    assert.deepEqual([status, stderr.split('\n').length], [code, 2], `${args.join(' ')}: ${stderr}`);
    assertOneLine(stderr, nextStep);
  }
});

test('a second start on the same data names the hub that serves it, and one on the same port what to choose', async (context) => {
  await using hub = await startHub({ store: 'sqlite' });
  const { runBeside, path } = commandLine(context);
  const again = await runBeside(['serve', '--dev', '--data-dir', hub.dataDir]);
  assert.equal(again.status, 78);
  const { port } = new URL(hub.baseUrl);
  const told = new RegExp(
    `process ${process.pid}\\) already serves .* at http://127.0.0.1:${port}: use that one, stop it, or choose`,
  );
  assertOneLine(again.stderr, told);
  const taken = await runBeside(['serve', '--port', port, '--data-dir', path]);
  assert.equal(taken.status, 1);
  assertOneLine(taken.stderr, /stop what listens there, or choose another --port/);
});

test('doctor says of everything that is not ok what to do', (context) => {
  const { run, at, data } = openPlace(context);
  writeFileSync(join(at('data'), 'feed.db'), 'no database'.repeat(99));
  const { status, stdout } = run(['doctor', ...data, '--public-url', 'http://bells.example', '--port', 'x']);
  assert.equal(status, 1);
  const bad = stdout.split('\n').filter((line) => /^(warn|fail)/.test(line));
  assert.ok(bad.length >= 2, stdout);
  for (const line of bad) assert.match(line, / – \S/);
});

test('an empty list says so', (context) => {
  const { run, data } = openPlace(context);
  const lists = [
    [['app', 'channel', 'list', '--app', 'shop'], /no push credentials yet; `carillon app channel set`/],
    [['user', 'list'], /no user yet; `carillon user create`/],
  ] as const;
  for (const [args, empty] of lists) assert.match(run([...args, ...data]).stdout, empty);
  assert.match(
    run(['app', 'list', '--data-dir', `${data[1]}-new`]).stdout,
    /no app yet; `carillon app create`/,
  );
});

suite('when nobody reads the output', () => {
  const commands = [
    ['doctor'],
    ['serve', '--help'],
    ['--help'],
    ['app', 'list'],
    ['app', 'list', '--json'],
    ['user', 'list'],
    ['capacity', '--users', '1000'],
  ];

  for (const args of commands) {
    test(`${args.join(' ')} ends without a word`, async (context) => {
      const { path } = commandLine(context);
      const env = { ...process.env, CARILLON_DATA_DIR: path };
      const child = spawn(process.execPath, [launcher, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.destroy();
      let errors = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        errors += text;
      });
      const [code] = await once(child, 'close');
      assert.deepEqual([errors, code], ['', 0]);
    });
  }

  test('a full disk is one line', { skip: process.platform !== 'linux' }, (context) => {
    const { path } = commandLine(context);
    const script = '"$0" "$1" doctor --data-dir "$2" > /dev/full';
    const args = ['-c', script, process.execPath, launcher, path];
    const { status, stderr } = spawnSync('sh', args, { encoding: 'utf8' });
    assert.equal(status, 1);
    assertOneLine(stderr, /can not be written .*: send it elsewhere/);
  });
});

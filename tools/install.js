// Makes sure the dependencies that package-lock.json names are installed, so that `npm start` and `npm test` work
// in a fresh clone. Runs before anything is installed: plain JavaScript, Node 20 or later, no dependency.
// The npm scripts call what follows with node_modules/.bin/node by its path: a shell remembers where it found `node`
// before the install, so the bare name would be the machine's Node in the first run and the pinned one in the next.
// The record of what is installed is npm's own hidden lock file, which npm writes when an install has succeeded;
// so a `npm ci` by hand counts too, and an interrupted one doesn't.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const windows = process.platform === 'win32';
const pinnedNode = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');

/** How often it is looked how far npm is, and how often a log (not a terminal) gets a line. */
const lookEveryMs = 500;
const logEveryMs = 10_000;

if (!isInstalled()) await install();
requirePinnedNode();

/** True when every package of the lock is installed as locked; optional ones (other platforms' binaries) may be absent. */
function isInstalled() {
  const hiddenLock = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hiddenLock)) return false;
  const installed = readPackages(hiddenLock);
  return Object.entries(readPackages(join(root, 'package-lock.json'))).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed?.[path];
    if (found === undefined) return wanted.optional === true || wanted.devOptional === true;
    return (
      found.version === wanted.version && found.integrity === wanted.integrity && found.link === wanted.link
    );
  });
}

function readPackages(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch (error) {
    fail(`${lockFile} can't be read: ${error.message}`);
  }
}

async function install() {
  const paths = packagePaths();
  const startedAt = performance.now();
  process.stderr.write(
    `Installing ${paths.length} packages (npm ci); the first time takes a minute or more.\n`,
  );
  const progress = showProgress(paths, startedAt);
  const { status, said } = await runNpm();
  progress.end();
  process.stderr.write(said);
  if (status !== 0) fail(reasonOf(status));
  process.stderr.write(`Installed ${paths.length} packages in ${secondsSince(startedAt)}.\n`);
}

/** Where the lock file puts packages on this machine; those of other platforms are left out. */
function packagePaths() {
  const { glibcVersionRuntime } = process.report.getReport().header;
  const library = glibcVersionRuntime ? 'glibc' : 'musl';
  return Object.entries(readPackages(join(root, 'package-lock.json')))
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .filter(([, { optional, os }]) => !optional || os !== undefined) // the others may never be installed
    .filter(([, { os, cpu, libc }]) => {
      const isElsewhere = [
        [os, process.platform],
        [cpu, process.arch],
        [libc, library],
      ].some(([wanted, here]) => wanted?.includes(here) === false);
      return !isElsewhere;
    })
    .map(([path]) => path);
}

/** A line that is written anew on a terminal; elsewhere a line now and then. */
function showProgress(paths, startedAt) {
  const { isTTY } = process.stderr;
  const waiting = new Set(paths);
  let logged = { done: 0, at: startedAt };
  const timer = setInterval(() => {
    for (const path of waiting) if (existsSync(join(root, path, 'package.json'))) waiting.delete(path);
    const done = paths.length - waiting.size;
    const at = performance.now();
    const line = `  ${phaseOf(done, paths.length)}, ${secondsSince(startedAt)}`;
    if (isTTY) process.stderr.write(`\r\x1b[K${line}`);
    else if (at - logged.at >= logEveryMs || (done > 0 && logged.done === 0)) {
      process.stderr.write(`${line}\n`);
      logged = { done, at };
    }
  }, lookEveryMs);
  return {
    end() {
      clearInterval(timer);
      if (isTTY) process.stderr.write('\r\x1b[K');
    },
  };
}

function phaseOf(done, all) {
  if (done === 0) return 'npm fetches packages';
  return done < all
    ? `${done} of ${all} packages unpacked`
    : `${all} packages unpacked, their install scripts run`;
}

function secondsSince(startedAt) {
  return `${Math.round((performance.now() - startedAt) / 1000)} s`;
}

/** Answers how it ended, and what it said on standard error, which must not cut the line of the progress. */
function runNpm() {
  // npm must run on the machine's Node: the pinned one in node_modules, first on PATH in an npm script, is about to go.
  const path = process.env.PATH ?? '';
  const machinePath = path
    .split(delimiter)
    .filter((folder) => !resolve(folder).startsWith(join(root, 'node_modules')));
  const npm = spawn('npm ci --no-audit --no-fund --loglevel=error', {
    cwd: root,
    env: { ...process.env, PATH: machinePath.join(delimiter) },
    shell: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  npm.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  return new Promise((done) => {
    npm.once('error', (error) => done({ status: error.message, said }));
    npm.once('close', (code, signal) => done({ status: signal ?? code, said }));
  });
}

/** `status`: an exit code, or the name of a signal, or why it could not be started. */
function reasonOf(status) {
  if (status === 127) return 'npm is not on PATH. Install Node 20 or later together with npm, and try again.';
  return (
    `\`npm ci\` failed (${typeof status === 'number' ? `exit code ${status}` : status}); the reason stands above.\n` +
    'It needs the package registry: check the network and `npm config get registry`, and try again.'
  );
}

/** Everything runs on the Node 24 that the `node` package brings, unless install scripts are blocked. */
function requirePinnedNode() {
  const version = spawnSync(pinnedNode, ['--version']);
  if (version.status === 0) return;
  fail(
    'Carillon runs on the Node 24 that its dependency `node` brings, but the install script of that package did not run\n' +
      'or failed (npm config `ignore-scripts`?). Allow this one and try again:\n' +
      '  npm rebuild node --ignore-scripts=false --foreground-scripts',
  );
}

function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}

// Makes sure the dependencies that package-lock.json names are installed, so that `npm start` and `npm test` work
// in a fresh clone. Runs before anything is installed: plain JavaScript, Node 20 or later, no dependency.
// The npm scripts call what follows with node_modules/.bin/node by its path: a shell remembers where it found `node`
// before the install, so the bare name would be the machine's Node in the first run and the pinned one in the next.
// The record of what is installed is npm's own hidden lock file, which npm writes when an install has succeeded;
// so a `npm ci` by hand counts too, and an interrupted one doesn't.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const windows = process.platform === 'win32';
const pinnedNode = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');

if (!isInstalled()) install();
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

function install() {
  process.stderr.write('Installing dependencies (npm ci) ...\n');
  // npm must run on the machine's Node: the pinned one in node_modules, first on PATH in an npm script, is about to go.
  const path = process.env.PATH ?? '';
  const machinePath = path
    .split(delimiter)
    .filter((folder) => !resolve(folder).startsWith(join(root, 'node_modules')));
  const npm = spawnSync('npm ci --no-audit --no-fund --loglevel=error', {
    cwd: root,
    env: { ...process.env, PATH: machinePath.join(delimiter) },
    shell: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (npm.status === 127)
    fail('npm is not on PATH. Install Node 20 or later together with npm, and try again.');
  if (npm.error) fail(`npm could not be started: ${npm.error.message}`);
  if (npm.status !== 0) {
    fail(
      `\`npm ci\` failed (${npm.signal ?? `exit code ${npm.status}`}); the reason stands above.\n` +
        'It needs the package registry: check the network and `npm config get registry`, and try again.',
    );
  }
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

// Loaded into the process of every test file: a file whose tests are over but that something keeps open (a server, a
// timer, a child process) fails after a moment and says what was open, instead of hanging the whole run.
import { after } from 'node:test';
import { isMainThread } from 'node:worker_threads';
import '../packages/testing/src/answers/watch-answers.ts';
import { recordUsage } from './test-usage.ts';

/** Files that run others once more open a database between them, on a busy machine. */
const graceMs = Number(process.env.CARILLON_TEST_GRACE_MS ?? 30_000);

// Workers and forked processes of the test inherit the flag that loads this file; they hold no tests.
const file = process.argv[1] ?? '';
if (isMainThread && file.endsWith('.test.ts')) {
  process.once('exit', () => recordUsage(file));
  // Nothing is open any more. Node's own end of the process would still wait for requests of its handles, and has waited
  // for ever for one of TLS in a tunnel that was reset (busy in CleanupHandles). Exit now, after all other listeners.
  process.once('beforeExit', () => process.once('exit', () => process.exit()));
  after(() => {
    setTimeout(() => {
      const open = process.getActiveResourcesInfo().filter((resource) => resource !== 'PipeWrap'); // pipes: stdio
      console.error(`${file}: the tests are over, but still open: ${open.join(', ')}`);
      process.exit(1);
    }, graceMs).unref();
  });
}

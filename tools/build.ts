// `npm run build` builds the inbox page, the console, the reference of the API and the documentation; with --if-changed, as `npm start` calls it, only what has other sources
// than those it was built from. A hub without the pages works all the same, so `npm start` goes on when a build fails.
import { buildConsole } from '../packages/console/build.ts';
import { buildPage } from '../packages/web/build.ts';
import { buildReference } from '../packages/web/reference/build.ts';
import { buildSite } from '../packages/web/site/build.ts';

const always = !process.argv.includes('--if-changed');

for (const [name, build] of [
  ['inbox page', buildPage],
  ['console', buildConsole],
  ['reference', buildReference],
  ['documentation', buildSite],
] as const) {
  try {
    const startedAt = performance.now();
    const onStart = () => console.error(`Building the ${name} ...`);
    const built = await build({ always, onStart });
    if (built)
      console.error(`Built the ${name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  } catch (error) {
    console.error(`The ${name} could not be built; the hub serves everything else:`, error);
    if (always) process.exitCode = 1;
  }
}

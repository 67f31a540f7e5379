// `npm run build` builds the inbox page; with --if-changed, as `npm start` calls it, only when its sources are others than
// those it was built from. A hub without the page works all the same, so `npm start` goes on when the build fails.
import { buildPage } from '../packages/web/build.ts';

const ifChanged = process.argv.includes('--if-changed');

try {
  const startedAt = performance.now();
  const onStart = () => console.error('Building the inbox page ...');
  const built = await buildPage({ always: !ifChanged, onStart });
  if (built)
    console.error(`Built the inbox page in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
} catch (error) {
  console.error('The inbox page could not be built; the hub serves everything else:', error);
  if (!ifChanged) process.exitCode = 1;
}

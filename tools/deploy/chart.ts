// What the Helm chart becomes, rendered by Helm itself and kept in tools/deploy/rendered/, since Helm is on few machines:
// `node_modules/.bin/node tools/deploy/chart.ts` renders it anew after a change of the chart. A test compares.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');
export const chartFolder = join(root, 'deploy', 'helm', 'carillon');

/** By the name of the file, what is set beside the chart's own values. */
export const renderings: Readonly<Record<string, string>> = {
  'sqlite.yaml': '',
  'postgres.yaml':
    'store=postgres,existingSecret=bells,ingress.enabled=true,ingress.tlsSecret=bells-tls,ingress.className=haproxy',
  'watched.yaml':
    'store=postgres,existingSecret=bells,metrics.enabled=true,metrics.podMonitor.enabled=true,networkPolicy.enabled=true',
  'closed.yaml': 'networkPolicy.enabled=true,metrics.enabled=true,settings.CARILLON_THROTTLE=off',
};

/** Of everything that Helm reads. */
export function stampOfChart(): string {
  const hash = createHash('sha256');
  for (const path of globSync('**/*', { cwd: chartFolder }).sort()) {
    if (statSync(join(chartFolder, path)).isFile())
      hash.update(`${path}\0`).update(readFileSync(join(chartFolder, path)));
  }
  return hash.digest('hex');
}

export function renderingPath(name: string): string {
  return join(import.meta.dirname, 'rendered', name);
}

/** Fails where Helm is missing or refuses the chart. */
function render(name: string): string {
  const set = renderings[name] ? ['--set', renderings[name]] : [];
  const args = ['template', 'bells', chartFolder, '--kube-version', '1.31.0', ...set];
  const text = execFileSync('helm', args, { encoding: 'utf8' });
  return `# Rendered by Helm from deploy/helm/carillon: ${stampOfChart()}\n${text}`;
}

if (import.meta.main) {
  execFileSync('helm', ['lint', '--strict', chartFolder], { stdio: 'inherit' });
  mkdirSync(join(import.meta.dirname, 'rendered'), { recursive: true });
  for (const name of Object.keys(renderings)) writeFileSync(renderingPath(name), render(name));
}

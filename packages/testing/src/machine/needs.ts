// What the tests and benchmarks need of the machine beside Node: one line for each program. `npm test` installs what is
// missing before the first test (tools/install-needs.ts). The file of the same name in this folder, or the one that `file`
// names, starts the program, so a test needs `nats` when it imports nats.ts, directly or through others.
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Need {
  readonly name: string;
  readonly program: string;
  /** Debian's names of what brings it. */
  readonly packages: readonly string[];
  /** Where it is when PATH does not lead there. */
  readonly folders?: () => string[];
  /** The file in this folder that starts it; by default the one of the same name. */
  readonly file?: string;
}

export const needs = {
  postgres: { name: 'PostgreSQL', program: 'initdb', packages: ['postgresql'], folders: postgresFolders },
  pgbouncer: { name: 'PgBouncer', program: 'pgbouncer', packages: ['pgbouncer'] },
  nats: { name: 'nats-server', program: 'nats-server', packages: ['nats-server'] },
  // Its text has the same width everywhere with these fonts.
  chromium: { name: 'Chromium', program: 'chromium', packages: ['chromium', 'fonts-liberation'] },
  firefox: { name: 'Firefox', program: 'firefox-esr', packages: ['firefox-esr'], file: 'firefox/firefox' },
  nginx: { name: 'nginx', program: 'nginx', packages: ['nginx-light'], file: 'proxies' },
  caddy: { name: 'Caddy', program: 'caddy', packages: ['caddy'], file: 'proxies' },
  haproxy: { name: 'HAProxy', program: 'haproxy', packages: ['haproxy'], file: 'proxies' },
  apache: { name: 'Apache', program: 'apache2', packages: ['apache2-bin'], file: 'proxies' },
  squid: { name: 'Squid', program: 'squid', packages: ['squid'], file: 'forward-proxy' },
  systemd: {
    name: 'systemd',
    program: 'systemd-analyze',
    packages: ['systemd'],
    file: 'systemd/systemd-analyze',
  },
  mmdebstrap: {
    name: 'mmdebstrap',
    program: 'mmdebstrap',
    packages: ['mmdebstrap', 'debian-archive-keyring'],
    file: 'containers/buildah',
  },
  buildah: { name: 'Buildah', program: 'buildah', packages: ['buildah'], file: 'containers/buildah' },
  xmllint: { name: 'xmllint', program: 'xmllint', packages: ['libxml2-utils'], file: 'xml/xmllint' },
  promtool: {
    ...{ name: 'promtool', program: 'promtool', packages: ['prometheus'] },
    file: 'prometheus/promtool',
  },
} satisfies Record<string, Need>;

/** PATH of someone who isn't root leaves some of them out. */
const usualFolders: readonly string[] = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** Its path on this machine, or null. */
export function findProgram({ program, folders }: Need): string | null {
  const inPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const paths = [...(folders?.() ?? []), ...inPath, ...usualFolders].map((folder) => join(folder, program));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** The same for who can't go on without: tests are never skipped for want of a program. */
export function programOf(need: Need): string {
  const path = findProgram(need);
  if (path) return path;
  throw new Error(
    `${need.name} is missing: npm test installs it (apt-get install ${need.packages.join(' ')}).`,
  );
}

/** Debian keeps the versions of the server beside each other and out of PATH; the newest comes first. */
function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, 'bin'));
}

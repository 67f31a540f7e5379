// PostgreSQL's own programs, pg_dump and pg_restore. They get the URL without its password, which goes through the
// environment: every user of a machine may read a command line.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { BackupError } from '../../backup.ts';
import { serversOf } from '../../database-url.ts';

type Environment = Readonly<Record<string, string | undefined>>;
export type Tool = 'pg_dump' | 'pg_restore';

/** Parameters of the driver alone: the programs refuse unknown ones. */
const driversOwn = ['ssl', 'uselibpqcompat'];

/** The URL that may be shown (of a list the first server), and the environment with what may not. */
export function splitUrl(
  url: string,
  environment: Environment,
): { readonly shown: string; readonly env: Environment } {
  const [first = url] = serversOf(url);
  const shown = new URL(first);
  const password = decodeURIComponent(shown.password) || shown.searchParams.get('password');
  shown.password = '';
  for (const name of ['password', ...driversOwn]) shown.searchParams.delete(name);
  return { shown: shown.href, env: { ...environment, ...(password ? { PGPASSWORD: password } : {}) } };
}

/** Answers its standard output; throws with its last words when it fails, and with what to install when it is not there. */
export async function runTool(tool: Tool, args: readonly string[], env: Environment): Promise<string> {
  const child = spawn(tool, args, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { out: '', error: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.error += chunk;
  });
  let code: number | null;
  try {
    [code] = (await once(child, 'close')) as [number | null];
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') throw missing(tool);
    throw error;
  }
  if (code === 0) return text.out;
  throw new BackupError(
    `${tool} failed: ${text.error.trim().split('\n').slice(-3).join(' ') || `it ended with ${code}`}`,
  );
}

function missing(tool: Tool): BackupError {
  return new BackupError(
    `${tool} was not found: install PostgreSQL's client programs (postgresql-client), of the server's version or newer, and have them in PATH`,
  );
}

// A hub of the command's own, for when none serves the data: it does not listen and pushes nothing, and is closed once it
// has answered. A hub that serves later sends the pushes. And which app a command acts for.
import { readConfig } from '../config/config.ts';
import type { App } from '../model/app.ts';
import { type Caller, type HubAnswer, headersOf } from './call-hub.ts';
import type { DataOptions } from './data-dir.ts';
import { demonstrationApp } from './demonstration.ts';

export interface OwnRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the public URL. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string | undefined;
}

export async function askOwnHub(
  caller: Caller,
  { method, path, body }: OwnRequest,
  { dataDir, databaseUrl }: DataOptions,
): Promise<HubAnswer> {
  const config = readConfig(
    {
      'data-dir': dataDir,
      ...(databaseUrl ? { 'database-url': databaseUrl, 'embedded-provider': true } : {}),
      'public-url': caller.publicUrl,
      throttle: 'off',
    },
    {},
    null,
  );
  // Loaded when no hub serves, since it takes most of the time of a command.
  const { openHub } = await import('../hub/open-hub.ts');
  const { openLog } = await import('../telemetry/log.ts');
  const hub = await openHub({ config, log: openLog('silent'), pushes: false });
  try {
    const { 'content-type': type, ...bare } = headersOf(caller);
    const sent =
      body === undefined ? { headers: bare } : { headers: { ...bare, 'content-type': type }, payload: body };
    const answer = await hub.app.inject({ method, url: path, ...sent });
    return { status: answer.statusCode, text: answer.payload };
  } finally {
    await hub.close();
  }
}

/** `apps` are in the order of their ids. */
export function chooseApp(apps: readonly App[], id: string | undefined): App {
  const own = apps.filter((app) => app.id !== demonstrationApp);
  const chosen = id === undefined ? (own.length === 1 ? own[0] : apps[0]) : apps.find((app) => app.id === id);
  if (chosen) return chosen;
  if (apps.length === 0) throw new Error('there is no app yet; `carillon app create` makes one');
  throw new Error(`there is no app named ${id}; there are: ${apps.map((app) => app.id).join(', ')}`);
}

export const appChoice = `(default: the only one beside "${demonstrationApp}", else the first by id)`;

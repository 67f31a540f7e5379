// How pushes and webhooks leave the hub: whom it trusts, where they may go, through which proxy, which pushes a device
// doesn't need, how long a webhook is tried. hub/open-push.ts and hub/open-webhooks.ts open them with it.

import { X509Certificate } from 'node:crypto';
import { Type } from '@carillon/protocol/schemas';
import { errorMessage } from '../lib/error-code.ts';
import { type FindProxy, noProxy, readProxies } from '../lib/outbound/proxy.ts';
import type { PushGrace } from '../push/plan/decide.ts';
import { readTextFile } from './read-file.ts';
import { flag, type Reading, setting } from './setting.ts';

export interface PushConfig {
  readonly allowPrivatePush: boolean;
  /** Certificates to trust for push services beside the known ones, as PEM. */
  readonly pushCa: string | null;
  /** Which pushes a device doesn't get that listens live and acknowledges at once. */
  readonly pushGrace: PushGrace;
  /** Whom push services may write to; null: the public URL stands for it. */
  readonly pushContact: string | null;
  /** How long an endpoint is tried to be told of a change. */
  readonly webhookRetryMs: number;
  /** Providers get the traceparent of what is traced. */
  readonly tracePushes: boolean;
}

const graces = ['off', 'taps', 'all'] as const satisfies readonly PushGrace[];

export const pushSettings = {
  'push-ca': setting(
    {
      schema: Type.String({ minLength: 1 }),
      takes: 'file',
      usual: 'none',
      about: 'certificates to trust for push services beside the known ones, PEM',
    },
    (path) => (path === null ? null : readCertificates(path)),
  ),
  'push-grace': setting({
    schema: Type.Enum(graces),
    default: 'taps',
    takes: graces.join('|'),
    about: 'pushes that a device listening live makes needless',
  }),
  'push-contact': setting({
    schema: Type.String({ pattern: '^(mailto:[^@\\s]+@[^@\\s]+|https://[^\\s]+)$', maxLength: 320 }),
    takes: 'address',
    usual: 'the public URL',
    about: 'whom push services may write to about this hub, mailto: or https:',
  }),
  'webhook-retry-hours': setting(
    {
      schema: Type.String({ pattern: '^\\d{1,3}(\\.\\d{1,6})?$' }),
      default: '4',
      takes: 'hours',
      about: 'how long the hub tries to send a change by webhook, decimals allowed',
    },
    readHours,
  ),
  'allow-private-push': flag('push to private addresses and over http too'),
  'trace-pushes': flag('send the traceparent of a traced notification to push providers'),
};

export function readPush(
  { values }: Reading<typeof pushSettings>,
  { dev }: { readonly dev: boolean },
): PushConfig {
  return {
    allowPrivatePush: dev || values['allow-private-push'],
    pushCa: values['push-ca'],
    pushGrace: values['push-grace'],
    pushContact: values['push-contact'],
    webhookRetryMs: values['webhook-retry-hours'],
    tracePushes: values['trace-pushes'],
  };
}

const hourMs = 3_600_000;
const hoursMost = 72;

function readHours(given: string): number {
  const hours = Number(given);
  if (hours > 0 && hours <= hoursMost) return hours * hourMs;
  throw new Error(`takes more than 0 and at most ${hoursMost} hours`);
}

function readCertificates(path: string): string {
  const pem = readTextFile(path);
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!certificates) throw new Error(`${path} holds no certificate in PEM`);
  for (const certificate of certificates) checkCertificate(path, certificate);
  return pem;
}

function checkCertificate(path: string, pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw new Error(`${path} holds a certificate that can not be read`, { cause: error });
  }
}

export interface TracesConfig {
  /** Null: no traces. Where they go, and which, the variables of OpenTelemetry say, which its SDK reads by itself. */
  readonly traces: { readonly serviceName: string } | null;
}

/** It has no setting of its own: the variables are those of every program that sends traces. */
export function readTraces(environment: NodeJS.ProcessEnv): TracesConfig {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = environment;
  const isOff = /^true$/i.test(environment.OTEL_SDK_DISABLED ?? '');
  if (isOff || !(own || all)) return { traces: null };
  return { traces: { serviceName: environment.OTEL_SERVICE_NAME || 'carillon' } };
}

export interface ProxyConfig {
  /** The proxy to the world, for issuers too. It has no setting of its own: variables name it for every program. */
  readonly findProxy: FindProxy;
}

export function readOutboundProxy(environment: NodeJS.ProcessEnv, problems: string[]): ProxyConfig {
  try {
    return { findProxy: readProxies(environment) };
  } catch (error) {
    problems.push(errorMessage(error));
    return { findProxy: noProxy };
  }
}

// The closed table of everything that can go wrong on the wire: kind -> Graph's error code and the status it has
// under each version of the API. Nothing else may be answered; inner code throws a kind, only the edge knows HTTP.
// Sources: the status table of "Create and send a notification" (Graph beta) and the Graph error conventions.

export const graphVersions = ['beta', 'v1.0'] as const;
export type GraphVersion = (typeof graphVersions)[number];

interface ErrorRow {
  readonly code: string;
  /** HTTP status under /beta, which answers exactly as the pages of the retired service document. */
  readonly beta: number;
  /** HTTP status under /v1.0, which follows the general conventions of Graph. */
  readonly v1: number;
  /** Whether sending the same request again later can succeed. */
  readonly retryable: boolean;
}

export const errorTable = {
  invalidRequest: { code: 'invalidRequest', beta: 400, v1: 400, retryable: false },
  wrongDataType: { code: 'invalidRequest', beta: 401, v1: 400, retryable: false },
  invalidToken: { code: 'InvalidAuthenticationToken', beta: 401, v1: 401, retryable: false },
  accessDenied: { code: 'accessDenied', beta: 403, v1: 403, retryable: false },
  notFound: { code: 'itemNotFound', beta: 404, v1: 404, retryable: false },
  methodNotAllowed: { code: 'methodNotAllowed', beta: 405, v1: 405, retryable: false },
  /** Another answer to the question was committed first; the body holds the notification beside the error. */
  alreadyResponded: { code: 'alreadyResponded', beta: 409, v1: 409, retryable: false },
  resyncRequired: { code: 'resyncRequired', beta: 410, v1: 410, retryable: false },
  resourceModified: { code: 'resourceModified', beta: 412, v1: 412, retryable: false },
  /** A part of a batch that another one, which it depends on, kept from being tried. */
  failedDependency: { code: 'failedDependency', beta: 424, v1: 424, retryable: false },
  requestTooLarge: { code: 'requestTooLarge', beta: 413, v1: 413, retryable: false },
  storageFull: { code: 'quotaLimitReached', beta: 507, v1: 507, retryable: false },
  unsupportedMediaType: { code: 'unsupportedMediaType', beta: 415, v1: 415, retryable: false },
  throttled: { code: 'TooManyRequests', beta: 406, v1: 429, retryable: true },
  unavailable: { code: 'serviceNotAvailable', beta: 406, v1: 503, retryable: true },
  /** A defect of the hub itself: no request may bring it about. */
  generalException: { code: 'generalException', beta: 500, v1: 500, retryable: false },
} as const satisfies Record<string, ErrorRow>;

export type ErrorKind = keyof typeof errorTable;

export function statusOf(kind: ErrorKind, version: GraphVersion): number {
  const row = errorTable[kind];
  return version === 'beta' ? row.beta : row.v1;
}

/** The one shape of every failure, on every path. */
export interface ErrorBody {
  error: {
    code: string;
    message: string;
    /** Dotted path of the member, or the name of the header or query option, that is wrong. */
    target?: string;
    innerError: { date: string; 'request-id': string; 'client-request-id': string };
  };
}

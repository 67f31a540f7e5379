// What was thrown, where nobody typed it: Node's own errors carry a code, and anything at all may be thrown.
// One cast less in each place that asks.

export function errorCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Why a sign-in did not succeed, in words for the person at the screen. The page shows the message and offers to begin
// again; nothing else is kept of the attempt.
export class SignInError extends Error {
  override readonly name = 'SignInError';
}

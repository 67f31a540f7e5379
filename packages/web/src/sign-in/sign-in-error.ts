// Why a sign-in failed, in words for the person at the screen. The page shows the message and offers to sign in again;
// nothing else of the attempt is stored.
export class SignInError extends Error {
  override readonly name = 'SignInError';
}

// Push credentials as an operator gives them become credentials that can work: their channel's rules check members, keys
// and URLs, and say by member what is wrong. For the API and the command.
import type { Credentials, GivenCredentials } from '../../../model/credentials.ts';
import type { CredentialRules } from '../../../push/channels/descriptor.ts';
import { openReader } from '../../kernel/body.ts';

export function readCredentials(rules: CredentialRules<Credentials>, json: unknown): GivenCredentials {
  const credentials = rules.read(openReader<Credentials>(rules.schema)(json));
  return { credentials, shown: rules.show(credentials) };
}

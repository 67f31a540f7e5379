// One connection to PostgreSQL for a long command, such as a backup or a migration: statements have no time limit, but
// connecting has.
import { type Client, type CustomTypesConfig, types } from 'pg';
import { queryError } from './fault.ts';
import { Servers } from './servers.ts';

const connectMs = 5000;
const bigintOid = 20;
const customTypes: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === bigintOid ? Number : types.getTypeParser(oid, format as 'text'),
};

/** Closes the connection whatever happens; what fails is a StoreError, but for what `use` itself throws. */
export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Each server of the URL is tried once, in their order. */
async function connect(url: string): Promise<Client> {
  const servers = new Servers(url);
  const SessionClient = servers.clients('');
  for (let tries = 1; ; tries++) {
    const client = new SessionClient({
      types: customTypes,
      application_name: 'carillon',
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (tries >= servers.count) throw queryError(error);
    }
  }
}

/** All or nothing. */
export async function inTransaction<T>(client: Client, mode: string, use: () => Promise<T>): Promise<T> {
  await client.query(`BEGIN ${mode}`);
  try {
    const result = await use();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

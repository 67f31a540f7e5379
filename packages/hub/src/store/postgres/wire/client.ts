// One connection to PostgreSQL for a long command, such as a backup or a migration: statements have no time limit, but
// connecting has.
import { Client, type CustomTypesConfig, types } from 'pg';
import { queryError } from './fault.ts';

const connectMs = 5000;
const bigintOid = 20;
const customTypes: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === bigintOid ? Number : types.getTypeParser(oid, format as 'text'),
};

/** Closes the connection whatever happens; what fails is a StoreError, but for what `use` itself throws. */
export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    types: customTypes,
    application_name: 'carillon',
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
  });
  client.on('error', () => {}); // its query fails with the same error
  try {
    await client.connect();
  } catch (error) {
    throw queryError(error);
  }
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
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

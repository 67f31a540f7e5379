// How the registry's connections read a bigint: as a number, since times, versions and the ids of audit entries stay
// below 2^53.
import { type CustomTypesConfig, types } from 'pg';

const bigintOid = 20;

export const numbersAsNumbers: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === bigintOid ? Number : types.getTypeParser(oid, format as 'text'),
};

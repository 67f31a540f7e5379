// The texts of $metadata, which both versions of the API have the same.
// Loaded when somebody first asks for it, and by `npm run docs`.
import { csdlOf } from './model.ts';
import { writeJson, writeXml } from './write.ts';

export const metadataXml = (): string => writeXml(csdlOf());
export const metadataJson = (): string => writeJson(csdlOf());

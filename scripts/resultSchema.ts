/** Writes the published JSON Schema of the result file: `node scripts/resultSchema.ts`, after a change of the protocol. */
import { writeFileSync } from 'node:fs';
import { resultJsonSchema } from '../protocol/resultSchema.ts';

const PATH = new URL('../docs/pinata-result-1.schema.json', import.meta.url);

writeFileSync(PATH, `${JSON.stringify(resultJsonSchema(), null, 2)}\n`);

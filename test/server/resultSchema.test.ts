import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { resultJsonSchema } from '#protocol/resultSchema.ts';
import { largeResult, resultNamed } from '../support/graphResult.ts';
import { asRecord, TestServer } from './support/testServer.ts';
import { SHOP_FILES, TempFolder } from './support/tempFolder.ts';

const published: unknown = JSON.parse(
  readFileSync(new URL('../../docs/pinata-result-1.schema.json', import.meta.url), 'utf8'),
);
const check = new Ajv2020({ strictTypes: false, allErrors: true }).compile(asRecord(published));

function errorsOf(result: unknown): unknown {
  return check(result) ? [] : check.errors;
}

describe('the published schema of the result file', () => {
  it('is the one of the protocol; node scripts/resultSchema.ts writes it', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(resultJsonSchema())));
  });

  it('fits the result of a real scan of several folders, with a file that was skipped and one that failed', async () => {
    using folder = new TempFolder();
    folder.write({ ...SHOP_FILES, 'web/big.ts': `// ${'x'.repeat(6_000_000)}`, 'web/broken.ts': 'class { { {' });
    await using server = await TestServer.start({ roots: [folder.path] });
    const scanId = await server.scan(`${folder.path}/api`, { roots: [`${folder.path}/web`] });
    await server.ended(scanId);
    const result = await server.json(`/scan/${scanId}/export`);
    expect(errorsOf(result)).toEqual([]);
    expect(result['nodes']).not.toEqual([]);
    expect(asRecord(result['files'])['skipped']).not.toEqual([]);
  });

  it('fits every part of a result and refuses what is none', () => {
    expect(errorsOf(resultNamed('any'))).toEqual([]);
    expect(errorsOf(largeResult(3))).toEqual([]);
    expect(errorsOf({ ...resultNamed('any'), format: 'pinata-result/2' })).not.toEqual([]);
    expect(errorsOf({ ...resultNamed('any'), nodes: [{ id: 'x' }] })).not.toEqual([]);
    expect(errorsOf({ ...resultNamed('any'), extra: 1 })).not.toEqual([]);
  });
});

import JSON5 from 'json5';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { WorkspaceSettings } from '#engine/link/workspaceSettings.ts';
import { withJudgement } from '../../extension/views/pinataJson.ts';

const wrong = { verdict: 'wrong', source: 'a', target: 'b', reason: 'another host' } as const;
const right = { ...wrong, verdict: 'right', reason: 'checked' } as const;

/** As the scan reads the file. */
function settings(text: string): WorkspaceSettings {
  return Value.Parse(WorkspaceSettings, JSON5.parse(text));
}

describe('judgements in pinata.json', () => {
  it('make the file when there is none', () => {
    expect(settings(withJudgement('', wrong))).toEqual({
      suppressions: [{ source: 'a', target: 'b', reason: 'another host' }],
    });
  });

  it('leave comments, layout and other settings as they are', () => {
    const before = '{\n\t// our gateway\n\t"prefixes": ["/shop"], // kept\n}\n';
    const after = withJudgement(before, right);
    expect(after).toContain('// our gateway');
    expect(after).toContain('"prefixes": ["/shop"], // kept');
    expect(after).toContain('\n\t"confirmations"');
    expect(settings(after).confirmations).toEqual([{ source: 'a', target: 'b', reason: 'checked' }]);
  });

  it('replace an older judgement of the same link, also the opposite one', () => {
    const first = withJudgement(withJudgement('', wrong), { ...wrong, target: 'c' });
    const second = withJudgement(first, right);
    expect(settings(second)).toEqual({
      suppressions: [{ source: 'a', target: 'c', reason: 'another host' }],
      confirmations: [{ source: 'a', target: 'b', reason: 'checked' }],
    });
    const third = withJudgement(second, { ...right, reason: 'checked again' });
    expect(settings(third).confirmations).toEqual([{ source: 'a', target: 'b', reason: 'checked again' }]);
  });

  it('keep judgements of single nodes', () => {
    const before = '{ "suppressions": [{ "node": "n", "reason": "dead code" }] }';
    expect(settings(withJudgement(before, wrong)).suppressions).toEqual([
      { node: 'n', reason: 'dead code' },
      { source: 'a', target: 'b', reason: 'another host' },
    ]);
  });

  it.each(["{ suppressions: ['unquoted'] }", '[]', '{', '{ "suppressions": {} }'])(
    'refuse to touch what they cannot change safely: %s',
    (text) => {
      expect(() => withJudgement(text, wrong)).toThrow(/by hand/);
    },
  );
});

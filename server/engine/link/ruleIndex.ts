import type { DispatchRule, MountRule, OperationRule, RulePack } from '../rules/rulePack.ts';

/** A rule with the pack it comes from. */
export interface PackedRule<T> {
  rule: T;
  pack: RulePack;
  /** `pack.rule`, as results name it. */
  id: string;
}

/** The rules of one language, by what a call must be named for them to be looked at. */
export class RuleIndex {
  readonly byMethod = new Map<string, PackedRule<OperationRule>[]>();
  readonly byFunction = new Map<string, PackedRule<OperationRule>[]>();
  readonly byConstructor = new Map<string, PackedRule<OperationRule>[]>();
  readonly byIndex: PackedRule<OperationRule>[] = [];
  readonly dispatch = new Map<string, PackedRule<DispatchRule>[]>();
  readonly mounts = new Map<string, PackedRule<MountRule>[]>();

  constructor(packs: readonly RulePack[], language: RulePack['language']) {
    for (const pack of packs) if (pack.language === language) this.#add(pack);
  }

  #add(pack: RulePack): void {
    for (const rule of pack.operations ?? []) {
      const packed = { rule, pack, id: `${pack.id}.${rule.id}` };
      for (const method of rule.methods ?? []) push(this.byMethod, method, packed);
      for (const name of rule.functions ?? []) push(this.byFunction, name, packed);
      for (const name of rule.new ?? []) push(this.byConstructor, name, packed);
      if (rule.index) this.byIndex.push(packed);
    }
    for (const rule of pack.dispatch ?? []) {
      for (const method of rule.methods) push(this.dispatch, method, { rule, pack, id: `${pack.id}.${rule.id}` });
    }
    for (const rule of pack.mounts ?? []) {
      for (const method of rule.methods) push(this.mounts, method, { rule, pack, id: `${pack.id}.${rule.id}` });
    }
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}

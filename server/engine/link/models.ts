import type { MemberModel, RulePack, TypeModel } from '../rules/rulePack.ts';
import { bind, type Bindings, substitute, type Type, UNKNOWN } from './types.ts';

/** What a rule pack says of a member of a library type, with the bindings that hold for the receiver. */
export interface FoundMember {
  model: MemberModel;
  bindings: Bindings;
}

/** A parsed type expression of a rule pack. */
interface Expression {
  name: string;
  args: Expression[];
  array: boolean;
}

/** The library types the rule packs describe. */
export class TypeModels {
  readonly #types = new Map<string, TypeModel>();
  readonly #expressions = new Map<string, Expression>();

  constructor(packs: readonly RulePack[], language: RulePack['language']) {
    for (const pack of packs) {
      if (pack.language !== language) continue;
      for (const [name, model] of Object.entries(pack.types ?? {})) this.#add(name, model);
    }
  }

  /** Several packs may each say a part of one type. */
  #add(name: string, model: TypeModel): void {
    const known = this.#types.get(name);
    if (!known) {
      this.#types.set(name, model);
      return;
    }
    this.#types.set(name, {
      ...known,
      ...model,
      members: { ...known.members, ...model.members },
      extends: [...(known.extends ?? []), ...(model.extends ?? [])],
    });
  }

  model(name: string): TypeModel | undefined {
    return this.#types.get(name);
  }

  /** A member of a library type, its bases included. */
  member(type: Type & { kind: 'external' }, name: string): FoundMember | undefined {
    const model = this.#types.get(type.name);
    if (!model) return undefined;
    const bindings = bind(model.parameters ?? [], type.args);
    const own = model.members && Object.hasOwn(model.members, name) ? model.members[name] : undefined;
    if (own !== undefined) return { model: own, bindings };
    for (const base of this.#bases(model, bindings)) {
      const inherited = this.member(base, name);
      if (inherited) return inherited;
    }
    return model.otherMembers === undefined ? undefined : { model: model.otherMembers, bindings };
  }

  /** The type seen as one of its library bases, or undefined when it is none. */
  viewAs(type: Type & { kind: 'external' }, base: string): (Type & { kind: 'external' }) | undefined {
    if (type.name === base) return type;
    const model = this.#types.get(type.name);
    if (!model) return undefined;
    for (const parent of this.#bases(model, bind(model.parameters ?? [], type.args))) {
      const found = this.viewAs(parent, base);
      if (found) return type.origin ? { ...found, origin: type.origin } : found;
    }
    return undefined;
  }

  /** The names of a type and all its described bases. */
  lineage(name: string): string[] {
    const names = [name];
    for (const base of this.#types.get(name)?.extends ?? []) names.push(...this.lineage(this.#parse(base).name));
    return names;
  }

  #bases(model: TypeModel, bindings: Bindings): (Type & { kind: 'external' })[] {
    return (model.extends ?? []).flatMap((base) => {
      const type = substitute(this.#toType(this.#parse(base)), bindings);
      return type.kind === 'external' ? [type] : [];
    });
  }

  /**
   * Evaluates a type expression.
   * @param special gives the types of `self`, `$N` and `argN`
   */
  evaluate(expression: string, bindings: Bindings, special: (name: string) => Type): Type {
    return this.#evaluate(this.#parse(expression), bindings, special);
  }

  #evaluate(parsed: Expression, bindings: Bindings, special: (name: string) => Type): Type {
    const args = parsed.args.map((arg) => this.#evaluate(arg, bindings, special));
    const type = this.#atom(parsed.name, args, bindings, special);
    return parsed.array ? { kind: 'array', of: type } : type;
  }

  #atom(name: string, args: Type[], bindings: Bindings, special: (name: string) => Type): Type {
    if (name === '?') return UNKNOWN;
    if (name === 'string') return { kind: 'string' };
    if (name === 'self' || /^(\$|arg)\d$/.test(name)) return special(name);
    const bound = bindings.get(name);
    if (bound) return bound;
    return /^[A-Z]$/.test(name) ? UNKNOWN : { kind: 'external', name, args };
  }

  #toType(parsed: Expression): Type {
    const args = parsed.args.map((arg) => this.#toType(arg));
    if (/^[A-Z]$/.test(parsed.name)) return { kind: 'parameter', name: parsed.name };
    return parsed.name === '?' ? UNKNOWN : { kind: 'external', name: parsed.name, args };
  }

  #parse(text: string): Expression {
    let parsed = this.#expressions.get(text);
    if (!parsed) {
      parsed = parseExpression(text);
      this.#expressions.set(text, parsed);
    }
    return parsed;
  }
}

function parseExpression(text: string): Expression {
  let at = 0;
  const read = (): Expression => {
    const start = at;
    while (at < text.length && !'<>,[ '.includes(text[at] as string)) at++;
    const expression: Expression = { name: text.slice(start, at), args: [], array: false };
    if (text[at] === '<') {
      do {
        at++;
        while (text[at] === ' ') at++;
        expression.args.push(read());
      } while (text[at] === ',');
      at++;
    }
    if (text.startsWith('[]', at)) {
      expression.array = true;
      at += 2;
    }
    return expression;
  };
  return read();
}

import type { EntitySchema } from '#protocol/graph.ts';
import type { ConfigFile } from '../../discover/discover.ts';
import type { Expressions } from '../expressions.ts';
import type { Linker } from '../linker.ts';
import type { Program } from '../program.ts';
import type { Location } from '../sourceFile.ts';
import type { Texts } from '../values.ts';

/** What is there before calls are resolved. */
export interface Preparation {
  program: Program;
  expressions: Expressions;
  texts: Texts;
  configs: readonly ConfigFile[];
}

/**
 * What a rule pack cannot say of a framework: routes composed of attributes, templates that belong to a class, tables
 * named by convention. Each step is optional and runs for all files, in the order of `frameworks.ts`.
 */
export interface Framework {
  name: string;
  /** Before calls are resolved: owners of templates, known texts. */
  prepare?(preparation: Preparation): void;
  /** Adds entry points and their handlers; runs before operations inside functions are attributed. */
  link?(linker: Linker): void;
  /** After operations and calls are known. */
  finish?(linker: Linker): void;
  /** Entities the framework maps to tables. */
  schemas?(linker: Linker): EntityMapping[];
}

/** An entity type and the table it is mapped to. */
export interface EntityMapping {
  schema: EntitySchema;
  /** The entity's declaration; operations name the entity by its type or by the mapped names. */
  declaration: Location;
  /** Other declarations that mean the entity: the interface a model is typed with. */
  aliases?: Location[];
  rule: string;
}

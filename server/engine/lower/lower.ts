import type { Language } from '../languages.ts';
import type { Syntax } from '../parse/syntax.ts';
import type { TreeBuilder } from './tree.ts';

/**
 * Lowers one file's syntax tree. It never throws for what a file contains: what it does not know becomes a `List` of
 * its children.
 * @returns the id of the File node
 */
export type Lowering = (syntax: Syntax, builder: TreeBuilder, language: Language) => number;

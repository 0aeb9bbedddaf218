import type { EntitySchema } from '#protocol/graph.ts';
import { Kind, lineOf } from '../../lower/tree.ts';
import type { Linker } from '../linker.ts';
import type { Location } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import { withoutSchema } from './efFluent.ts';

type Migration = EntitySchema['migrations'][number];

/** Arguments of a migration call that name the table, and the thing changed in it. */
const CHANGES: Readonly<Record<string, { table: string; subject?: string }>> = {
  CreateTable: { table: 'name' },
  DropTable: { table: 'name' },
  RenameTable: { table: 'name', subject: 'newName' },
  AddColumn: { table: 'table', subject: 'name' },
  DropColumn: { table: 'table', subject: 'name' },
  AlterColumn: { table: 'table', subject: 'name' },
  RenameColumn: { table: 'table', subject: 'newName' },
  AddPrimaryKey: { table: 'table' },
  DropPrimaryKey: { table: 'table' },
  AddForeignKey: { table: 'table', subject: 'column' },
  DropForeignKey: { table: 'table' },
  CreateIndex: { table: 'table', subject: 'column' },
  DropIndex: { table: 'table' },
  InsertData: { table: 'table' },
  UpdateData: { table: 'table' },
  DeleteData: { table: 'table' },
};
/** Position of the table when arguments are not named; in Entity Framework 6 it always comes first. */
const TABLE_POSITIONS: Readonly<Record<string, number>> = { CreateTable: 0, DropTable: 0, RenameTable: 0 };

/** What migrations do to tables, by root and lower-case table name. */
export function migrationsByTable(linker: Linker): Map<string, Migration[]> {
  const byTable = new Map<string, Migration[]>();
  for (const type of linker.program.table.types) {
    const file = type.declarations[0]?.file;
    if (!file || file.language !== 'csharp') continue;
    const base = linker.program
      .externalLineage(linker.program.selfType(type))
      .find(({ name }) => name === 'Migration' || name === 'DbMigration');
    if (base) readMigration(linker, type, base.name === 'DbMigration', byTable);
  }
  for (const migrations of byTable.values())
    migrations.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
  return byTable;
}

export function tableKey(root: string, table: string): string {
  return `${root}\0${table.toLowerCase()}`;
}

function readMigration(linker: Linker, type: TypeSymbol, isEf6: boolean, byTable: Map<string, Migration[]>): void {
  for (const fn of type.methods.get('Up') ?? []) {
    eachCall(fn, (at, name) => {
      const change = CHANGES[name];
      if (!change) return;
      const table = argument(linker, at, change.table, isEf6 ? 0 : (TABLE_POSITIONS[name] ?? 1));
      if (table === undefined) return;
      const subject =
        change.subject === undefined
          ? undefined
          : argument(linker, at, change.subject, isEf6 || name === 'RenameTable' ? 1 : 0);
      const text = subject === undefined ? name : `${name} ${subject}`;
      const migration = { file: at.file.path, line: lineOf(at.file.tree.start(at.node)), change: text };
      const tables = name === 'RenameTable' && subject !== undefined ? [table, subject] : [table];
      for (const touched of tables) add(byTable, tableKey(at.file.root, withoutSchema(touched)), migration);
    });
  }
}

function add(byTable: Map<string, Migration[]>, key: string, migration: Migration): void {
  const known = byTable.get(key);
  if (known) known.push(migration);
  else byTable.set(key, [migration]);
}

function eachCall(fn: FunctionSymbol, visit: (at: Location, name: string) => void): void {
  const { file } = fn;
  const pending = [fn.node];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (file.tree.kind(node) === Kind.Call) visit({ file, node }, file.tree.text(file.tree.child(node, 0)));
    pending.push(...file.tree.children(node));
  }
}

function argument(linker: Linker, at: Location, name: string, position: number): string | undefined {
  const { tree } = at.file;
  const args = tree.children(tree.child(at.node, 1));
  const named = args.find((node) => tree.kind(node) === Kind.NamedArgument && tree.text(node) === name);
  const positional = args[position] ?? 0;
  const node =
    named === undefined ? (tree.kind(positional) === Kind.NamedArgument ? 0 : positional) : tree.child(named, 0);
  return linker.texts.exactText({ file: at.file, node });
}

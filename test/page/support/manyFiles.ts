import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Writes a project of this many TypeScript files, enough for a scan to be seen while it runs. */
export function writeManyFiles(folder: string, count: number): void {
  mkdirSync(path.join(folder, 'src'), { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "many", "private": true }\n');
  for (let index = 0; index < count; index += 1) {
    writeFileSync(path.join(folder, 'src', `orders${index}.ts`), service(index));
  }
}

function service(index: number): string {
  const methods = Array.from(
    { length: 20 },
    (_, method) => `  async load${method}(id: number): Promise<unknown> {
    const response = await fetch(\`/api/orders${index}/\${id}/lines${method}\`);
    return response.json();
  }`,
  );
  return `export class Orders${index} {\n${methods.join('\n\n')}\n}\n`;
}

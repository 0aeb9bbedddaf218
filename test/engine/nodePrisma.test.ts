import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const SCHEMA = `generator client { provider = "prisma-client-js" }
datasource db {
  provider = "postgresql" // model Fake { id Int @id }
}
enum Role { USER ADMIN }
model User {
  id        Int      @id @default(autoincrement())
  email     String   @unique @map("e_mail")
  role      Role     @default(USER)
  createdAt DateTime @default(now())
  bio       String?
  posts     Post[]
  profile   Profile?
  @@map("users")
}
model Post {
  slug   String
  year   Int
  tags   String[]
  author User @relation(fields: [authorId], references: [id])
  authorId Int
  @@id([slug, year])
}
model Profile {
  id Int @id
  user User @relation(fields: [id], references: [id])
}
`;

describe('Prisma', () => {
  it('operations are those of the client, also of a class that extends it, of transactions and of raw SQL', async () => {
    const result = await scanFiles({
      'prisma/schema.prisma': SCHEMA,
      'src/prisma.service.ts': `import { PrismaClient } from '@prisma/client';
export class PrismaService extends PrismaClient { onModuleInit() { return this.$connect(); } }`,
      'src/service.ts': `import { Prisma } from '@prisma/client';
import { PrismaService } from './prisma.service';
export class Service {
  constructor(private prisma: PrismaService) {}
  async run(email: string) {
    await this.prisma.user.findMany({ where: { email } });
    const posts = this.prisma.post;
    await posts.upsert({});
    await this.prisma.$transaction(async (tx) => { await tx.profile.delete({}); });
    await this.prisma.$transaction([this.prisma.post.count()]);
    await this.prisma.$queryRaw\`SELECT * FROM users WHERE e_mail = \${email}\`;
    await this.prisma.$executeRaw(Prisma.sql\`x\`);
  }
  within(tx: Prisma.TransactionClient) { return tx.user.update({}); }
}`,
    });
    expect(operationsOf(result)).toEqual([
      'database_read User src/service.ts:6',
      'database_write Post src/service.ts:8',
      'database_write Profile src/service.ts:9',
      'database_read Post src/service.ts:10',
      'database_read User src/service.ts:11',
      expect.stringContaining('src/service.ts:12'),
      'database_write User src/service.ts:14',
    ]);
    expect(edgesOf(result, 'accesses')).toHaveLength(6);
  });

  it('clients generated into the project are clients too', async () => {
    const result = await scanFiles({
      'prisma/schema.prisma': SCHEMA,
      'src/db.ts': `import { PrismaClient } from './generated/prisma/client';
const prisma = new PrismaClient();
export const load = () => prisma.post.findFirst();`,
    });
    expect(operationsOf(result)).toEqual(['database_read Post src/db.ts:3']);
  });

  it('schemas give tables, columns, keys and relations', async () => {
    const { schemas } = await scanFiles({ 'prisma/schema.prisma': SCHEMA });
    expect(schemas.map(({ entity, table, line }) => `${entity} ${table} ${line}`)).toEqual([
      'User users 6',
      'Post Post 16',
      'Profile Profile 24',
    ]);
    expect(schemas[0]?.columns).toEqual([
      { name: 'id', type: 'Int', nullable: false, key: true },
      { name: 'e_mail', type: 'String', nullable: false },
      { name: 'role', type: 'Role', nullable: false },
      { name: 'createdAt', type: 'DateTime', nullable: false },
      { name: 'bio', type: 'String', nullable: true },
    ]);
    expect(schemas[0]?.relations).toEqual([
      { kind: 'one_to_many', entity: 'Post', via: 'posts' },
      { kind: 'one_to_one', entity: 'Profile', via: 'profile' },
    ]);
    expect(schemas[1]?.columns.filter(({ key }) => key).map(({ name }) => name)).toEqual(['slug', 'year']);
    expect(schemas[1]?.relations).toEqual([{ kind: 'many_to_one', entity: 'User', via: 'author' }]);
  });

  it('is not what merely looks like a client', async () => {
    const result = await scanFiles({
      'a.ts': `class PrismaClient { user = { findMany: () => [1], create: (x: object) => x }; }
const prisma = new PrismaClient();
prisma.user.findMany();
prisma.user.create({});
[1].findLast(Boolean);`,
    });
    expect(operationsOf(result)).toEqual([]);
  });

  it('schemas that are cut off or nonsense are read as far as they go', async () => {
    const { schemas, files } = await scanFiles({
      'schema.prisma': 'model A {\n  id Int @id @map("x\n  b\n@@map(\nmodel\n}\nmodel B {\n id Int @id',
    });
    expect(files.failed).toEqual([]);
    expect(schemas.map(({ entity }) => entity)).toEqual(['A', 'B']);
  });
});

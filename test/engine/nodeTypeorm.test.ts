import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const ENTITIES = `import { BaseEntity, Column, CreateDateColumn, Entity, JoinTable, ManyToMany, ManyToOne, OneToMany, PrimaryGeneratedColumn } from 'typeorm';
export abstract class Base {
  @PrimaryGeneratedColumn('uuid') id: string;
  @CreateDateColumn({ name: 'created_at' }) createdAt: Date;
}
class Address { @Column() street: string; }
@Entity()
export class OrderItem extends Base {
  @Column({ type: 'int', nullable: true }) amount: number | null;
  @Column(() => Address) home: Address;
  @ManyToOne(() => User, (user) => user.items) user: User;
}
@Entity('people')
export class User extends BaseEntity {
  @PrimaryGeneratedColumn() id: number;
  @Column() name: string;
  @OneToMany(() => OrderItem, (item) => item.user) items: OrderItem[];
  @ManyToMany(() => User) @JoinTable() friends: User[];
  notMapped: string;
}`;

describe('TypeORM operations', () => {
  it('are those of injected repositories, one for each call', async () => {
    const result = await scanFiles({
      'entities.ts': ENTITIES,
      'service.ts': `import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { User } from './entities';
export class Service {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}
  all() { return this.users.find({ where: { name: 'x' } }); }
  async rename(id: number) {
    const user = await this.users.findOneBy({ id });
    user.name = 'y';
    await this.users.save(user);
  }
  make() { return this.users.create({ name: 'only in memory' }); }
}`,
    });
    expect(operationsOf(result)).toEqual([
      'database_read User service.ts:6',
      'database_read User service.ts:8',
      'database_write User service.ts:10',
    ]);
    expect(edgesOf(result, 'accesses')).toHaveLength(3);
    expect(result.nodes.find((node) => node.kind === 'table' && node.name === 'people')?.file).toBe('entities.ts');
  });

  it('are reported where a query builder is executed, not where it is composed', async () => {
    const result = await scanFiles({
      'entities.ts': ENTITIES,
      'service.ts': `import { DataSource, getRepository, SelectQueryBuilder } from 'typeorm';
import { OrderItem, User } from './entities';
export class Service {
  constructor(private dataSource: DataSource) {}
  async search(name?: string) {
    const query = getRepository(User).createQueryBuilder('u').leftJoinAndSelect('u.items', 'i');
    if (name) query.andWhere('u.name = :name', { name });
    const count = await query.getCount();
    return [count, await query.limit(10).getMany()];
  }
  remove() { return this.dataSource.createQueryBuilder().delete().from(OrderItem).where('1').execute(); }
  insert() {
    return this.dataSource
      .createQueryBuilder()
      .insert()
      .into(User)
      .values([])
      .execute();
  }
  helper(query: SelectQueryBuilder<OrderItem>) { return query.getOne(); }
}`,
    });
    expect(operationsOf(result)).toEqual([
      'database_read User service.ts:8',
      'database_read User service.ts:9',
      'database_write OrderItem service.ts:11',
      'database_write User service.ts:13',
      'database_read OrderItem service.ts:20',
    ]);
    expect(result.nodes.find((node) => node.start_line === 13 && node.kind === 'database_write')?.end_line).toBe(18);
  });

  it('are those of entity managers, transactions, custom repositories and active records', async () => {
    const result = await scanFiles({
      'entities.ts': ENTITIES,
      'service.ts': `import { EntityManager, Repository, DataSource } from 'typeorm';
import { OrderItem, User } from './entities';
export class Users extends Repository<User> {
  byName(name: string) { return this.findOne({ where: { name } }); }
}
export class Service {
  constructor(private users: Users, private manager: EntityManager, private source: DataSource) {}
  async run(item: OrderItem) {
    await this.users.byName('a');
    await this.users.increment({}, 'age', 1);
    await this.manager.find(User);
    await this.manager.save(item);
    await this.source.transaction(async (tx) => {
      await tx.delete(OrderItem, 1);
      await tx.getRepository(User).count();
    });
    await this.source.query('UPDATE people SET name = 1');
    const user = await User.findOneBy({ id: 1 });
    await user.save();
  }
}`,
    });
    expect(operationsOf(result)).toEqual([
      'database_read User service.ts:4',
      'database_write User service.ts:10',
      'database_read User service.ts:11',
      'database_write OrderItem service.ts:12',
      'database_write OrderItem service.ts:14',
      'database_read User service.ts:15',
      'database_write User service.ts:17',
      'database_read User service.ts:18',
      'database_write User service.ts:19',
    ]);
    expect(edgesOf(result, 'calls')).toEqual(['service.ts:8 -> service.ts:4 certain']);
  });

  it('are no array methods, maps, own repositories or types of the same name', async () => {
    const result = await scanFiles({
      'entities.ts': ENTITIES,
      'own.ts': `import { User } from './entities';
export class Repository<T> { items: T[] = []; find() { return this.items; } save(item: T) { this.items.push(item); } }
export interface UserStore { findOne(): User; save(user: User): void; }
export class Service {
  users: User[] = [];
  byId = new Map<number, User>();
  constructor(private repository: Repository<User>, private store: UserStore) {}
  run() {
    this.repository.find();
    this.repository.save(this.users.find((user) => user.id === 1));
    this.byId.get(1)?.items.find((item) => item.id === '1');
    this.byId.delete(1);
    this.store.save(this.store.findOne());
    new Set([1]).delete(1);
  }
}`,
    });
    expect(operationsOf(result)).toEqual([]);
  });
});

describe('TypeORM migrations', () => {
  it('are no operations of the program, while SQL elsewhere is', async () => {
    const result = await scanFiles({
      'migration.ts': `import { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
export class Init implements MigrationInterface {
  async up(runner: QueryRunner) { await runner.query('CREATE TABLE "user" (id int)'); }
  async down(runner: QueryRunner) { await runner.query('DROP TABLE "user"'); }
}
export const clean = (source: DataSource) => source.query('DELETE FROM "user"');`,
    });
    expect(operationsOf(result)).toEqual(['database_write user migration.ts:6']);
  });
});

describe('TypeORM entities', () => {
  it('have tables by name or convention, inherited and embedded columns, and relations that are no columns', async () => {
    const { schemas } = await scanFiles({ 'entities.ts': ENTITIES });
    expect(schemas.map(({ entity, table, line }) => `${entity} ${table} ${line}`)).toEqual([
      'OrderItem order_item 8',
      'User people 14',
    ]);
    expect(schemas[0]?.columns).toEqual([
      { name: 'id', type: 'string', nullable: false, key: true },
      { name: 'created_at', type: 'Date', nullable: false },
      { name: 'amount', type: 'int', nullable: true },
      { name: 'homeStreet', type: 'string', nullable: false },
    ]);
    expect(schemas[0]?.relations).toEqual([{ kind: 'many_to_one', entity: 'User', via: 'user' }]);
    expect(schemas[1]?.columns.map(({ name }) => name)).toEqual(['id', 'name']);
  });
});

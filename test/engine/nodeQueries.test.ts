import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

describe('Mongoose', () => {
  it('queries run where they are awaited, returned or executed; documents know their model', async () => {
    const result = await scanFiles({
      'user.js': `const mongoose = require('mongoose');
const schema = new mongoose.Schema({
  name: { type: String, required: true },
  friend: { type: mongoose.Schema.Types.ObjectId, ref: 'User' },
  tags: [String],
});
module.exports = mongoose.model('User', schema);`,
      'service.js': `const User = require('./user');
exports.list = async (name) => {
  const query = User.find({ name });
  query.sort('name').limit(10);
  const users = await query.lean();
  await User.create({ name });
  const user = new User({ name });
  await user.save();
  users.find((one) => one.name === 'x');
  return User.findByIdAndUpdate(1, {}).exec();
};
exports.first = async () => {
  const user = await User.findOne({}).populate('friend');
  user.name = 'y';
  await user.save();
};`,
    });
    expect(operationsOf(result)).toEqual([
      'database_read User service.js:5',
      'database_write User service.js:6',
      'database_write User service.js:8',
      'database_write User service.js:10',
      'database_read User service.js:13',
      'database_write User service.js:15',
    ]);
    expect(edgesOf(result, 'accesses')).toHaveLength(6);
    expect(result.schemas).toEqual([
      {
        entity: 'User',
        table: 'users',
        root: 'app',
        file: 'user.js',
        line: 7,
        columns: [
          { name: 'name', type: 'String', nullable: false },
          { name: 'friend', type: 'ObjectId', nullable: true },
          { name: 'tags', type: 'String[]', nullable: true },
        ],
        relations: [{ kind: 'many_to_one', entity: 'User', via: 'friend' }],
        migrations: [],
      },
    ]);
  });

  it('models injected by Nest hold the decorated class', async () => {
    const result = await scanFiles({
      'cat.ts': `import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { HydratedDocument } from 'mongoose';
export type CatDocument = HydratedDocument<Cat>;
@Schema({ collection: 'all_cats' })
export class Cat { @Prop({ required: true }) name: string; @Prop() age: number; }`,
      'service.ts': `import { InjectModel } from '@nestjs/mongoose';
import { Model } from 'mongoose';
import { Cat, CatDocument } from './cat';
export class Cats {
  constructor(@InjectModel(Cat.name) private model: Model<CatDocument>) {}
  all() { return this.model.find().exec(); }
  async add() { const cat = new this.model({}); return cat.save(); }
}`,
    });
    expect(operationsOf(result)).toEqual(['database_read Cat service.ts:6', 'database_write Cat service.ts:7']);
    expect(result.schemas.map(({ table, columns }) => `${table}: ${columns.map(({ name }) => name).join()}`)).toEqual([
      'all_cats: name,age',
    ]);
  });
});

describe('Knex', () => {
  it('queries are one operation each, where they run', async () => {
    const result = await scanFiles({
      'db.js': `const knex = require('knex')({ client: 'pg' });
module.exports = knex;`,
      'users.js': `const db = require('./db');
async function run(name) {
  await db('users').where({ name }).first();
  const query = db.select('*').from('orders as o');
  if (name) query.where('name', name);
  const orders = await query;
  await db('users').where('id', 1).update({ name });
  await db.transaction(async (trx) => { await trx('logs').insert({}); });
  await db.raw('DELETE FROM sessions');
  await db('users').whereIn('id', db('orders').select('user_id'));
  return db('users').where(function () { this.where('a', 1); }).del();
}
module.exports = { run, map: new Map([['users', 1]]).get('users') };`,
    });
    expect(operationsOf(result)).toEqual([
      'database_read users users.js:3',
      'database_read orders users.js:6',
      'database_write users users.js:7',
      'database_write logs users.js:8',
      'database_write sessions users.js:9',
      'database_read users users.js:10',
      'database_write users users.js:11',
    ]);
  });
});

describe('Drizzle', () => {
  it('queries and tables are joined', async () => {
    const result = await scanFiles({
      'schema.ts': `import { integer, pgTable, serial, text } from 'drizzle-orm/pg-core';
export const users = pgTable('app_users', { id: serial('id').primaryKey(), fullName: text('full_name').notNull(), age: integer() });
export const posts = pgTable('posts', { id: serial().primaryKey(), userId: integer('user_id').references(() => users.id) });`,
      'db.ts': `import { drizzle } from 'drizzle-orm/node-postgres';
import * as schema from './schema';
export const db = drizzle('url', { schema });`,
      'run.ts': `import { eq } from 'drizzle-orm';
import { db } from './db';
import { posts, users } from './schema';
export async function run() {
  const rows = await db.select().from(users).leftJoin(posts, eq(posts.userId, users.id));
  await db.insert(posts).values({}).returning();
  await db.transaction(async (tx) => { await tx.delete(posts).where(eq(posts.id, 1)); });
  return [rows, await db.query.users.findMany()];
}`,
    });
    expect(operationsOf(result)).toEqual([
      'database_read users run.ts:5',
      'database_write posts run.ts:6',
      'database_write posts run.ts:7',
      'database_read users run.ts:8',
    ]);
    expect(result.schemas[0]).toMatchObject({ entity: 'users', table: 'app_users', line: 2 });
    expect(result.schemas[0]?.columns.map(({ name, nullable }) => `${name} ${nullable}`)).toEqual([
      'id false',
      'full_name false',
      'age true',
    ]);
    expect(result.schemas[1]?.relations).toEqual([{ kind: 'many_to_one', entity: 'users', via: 'userId' }]);
  });
});

describe('Sequelize', () => {
  it('models are defined by calls, classes and decorators', async () => {
    const result = await scanFiles({
      'models.js': `const { Sequelize, DataTypes, Model } = require('sequelize');
const sequelize = new Sequelize('sqlite::memory:');
const Task = sequelize.define('Task', { title: { type: DataTypes.STRING(64), allowNull: false } }, { underscored: true });
class User extends Model {}
User.init({ id: { type: DataTypes.INTEGER, primaryKey: true }, name: DataTypes.STRING }, { sequelize, tableName: 'people' });
module.exports = { sequelize, Task, User };`,
      'run.js': `const { sequelize, Task, User } = require('./models');
exports.run = async () => {
  const user = await User.findByPk(1);
  await user.update({ name: 'x' });
  const tasks = await Task.findAll();
  tasks[0].destroy();
  await Task.create({});
  await sequelize.query('SELECT * FROM people');
};`,
    });
    expect(operationsOf(result)).toEqual([
      'database_read User run.js:3',
      'database_write User run.js:4',
      'database_read Task run.js:5',
      'database_write Task run.js:6',
      'database_write Task run.js:7',
      'database_read User run.js:8',
    ]);
    expect(result.schemas.map(({ entity, table }) => `${entity} ${table}`)).toEqual(['Task tasks', 'User people']);
  });
});

describe('SQL drivers', () => {
  it('are told apart by what the text does', async () => {
    const result = await scanFiles({
      'a.ts': `import { Pool } from 'pg';
import mysql from 'mysql2/promise';
import Database from 'better-sqlite3';
const pool = new Pool();
const sqlite = new Database('x.db');
const insert = sqlite.prepare('INSERT INTO logs VALUES (?)');
export async function run(id: number) {
  await pool.query('SELECT * FROM users WHERE id = $1', [id]);
  const client = await pool.connect();
  await client.query(\`UPDATE users SET name = \${id}\`);
  const connection = await mysql.createConnection({});
  await connection.execute('DELETE FROM carts WHERE id = ?', [id]);
  insert.run(id);
  return sqlite.prepare('SELECT * FROM logs').all();
}`,
      'negative.ts': `class Pool { query(text: string) { return text; } }
new Pool().query('SELECT * FROM users');
export const text = 'SELECT * FROM users';`,
    });
    expect(operationsOf(result)).toEqual([
      'database_read users a.ts:8',
      'database_write users a.ts:10',
      'database_write carts a.ts:12',
      'database_write logs a.ts:13',
      'database_read logs a.ts:14',
    ]);
  });
});

describe('prepared statements handed to functions', () => {
  it('are known where all callers pass the same ones, and not where they differ', async () => {
    const result = await scanFiles({
      'a.js': `const { DatabaseSync } = require('node:sqlite');
const db = new DatabaseSync('x.db');
const statements = { save: db.prepare('INSERT INTO logs VALUES (?)') };
const others = { save: new Map() };
function write(all, text) { all.save.run(text); }
function either(all, text) { all.save.run(text); }
write(statements, 'a');
write(statements, 'b');
either(statements, 'c');
either(others, 'd');`,
    });
    expect(operationsOf(result)).toEqual(['database_write logs a.js:5']);
  });
});

describe('MikroORM', () => {
  it('operations are those of managers and repositories', async () => {
    const result = await scanFiles({
      'book.ts': `import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/core';
@Entity() export class BookTag { @PrimaryKey() id!: number; @Property() fullName!: string; @ManyToOne(() => BookTag) parent?: BookTag; }`,
      'run.ts': `import { EntityManager, EntityRepository } from '@mikro-orm/postgresql';
import { BookTag } from './book';
export class Run {
  constructor(private em: EntityManager, private tags: EntityRepository<BookTag>) {}
  async run() {
    await this.em.findOne(BookTag, 1);
    await this.tags.findAll();
    await this.em.persistAndFlush(new BookTag());
  }
}`,
    });
    expect(operationsOf(result)).toEqual([
      'database_read BookTag run.ts:6',
      'database_read BookTag run.ts:7',
      'database_write BookTag run.ts:8',
    ]);
    expect(result.schemas[0]).toMatchObject({ entity: 'BookTag', table: 'book_tag' });
    expect(result.schemas[0]?.columns.map(({ name }) => name)).toEqual(['id', 'full_name']);
  });
});

import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const MODELS = `const mongoose = require('mongoose');
const paginate = require('./paginate');
const userSchema = mongoose.Schema({ email: { type: String, required: true } });
userSchema.plugin(paginate);
userSchema.statics.isTaken = async function (email) {
  return !!(await this.findOne({ email }));
};
userSchema.methods.rename = function (name) {
  this.name = name;
  return this.save();
};
const logSchema = new mongoose.Schema({ text: String }, {
  statics: { latest() { return this.find().limit(10); } },
});
module.exports = { User: mongoose.model('User', userSchema), Log: mongoose.model('Log', logSchema) };`;

describe('functions of Mongoose schemas', () => {
  it('are called on the model, which `this` is in them, also when a plugin adds them', async () => {
    const result = await scanFiles({
      'models.js': MODELS,
      'paginate.js': `module.exports = (schema) => {
  schema.statics.paginate = async function (filter) {
    return this.countDocuments(filter).exec();
  };
};`,
      'service.js': `const { User, Log } = require('./models');
const taken = async (email) => User.isTaken(email);
const page = async (filter) => User.paginate(filter);
const latest = async () => Log.latest();
const rename = async (id, name) => { const user = await User.findById(id); await user.rename(name); };
module.exports = { taken, page, latest, rename };`,
    });
    expect(operationsOf(result)).toEqual([
      'database_read User models.js:6',
      'database_write User models.js:10',
      'database_read Log models.js:13',
      'database_read User paginate.js:3',
      'database_read User service.js:5',
    ]);
    expect(edgesOf(result, 'calls').sort()).toEqual([
      'service.js:2 -> models.js:5 certain',
      'service.js:3 -> paginate.js:2 certain',
      'service.js:4 -> models.js:13 certain',
      'service.js:5 -> models.js:8 certain',
    ]);
  });

  it('are of no model where a plugin is applied to several or to none', async () => {
    const plugin = (name: string) => `module.exports = (schema) => {
  schema.statics.${name} = function () { return this.find(); };
};`;
    const result = await scanFiles({
      'used.js': plugin('recent'),
      'unused.js': plugin('never'),
      'models.js': `const mongoose = require('mongoose');
const recent = require('./used');
const a = new mongoose.Schema({ x: String });
const b = new mongoose.Schema({ y: String });
a.plugin(recent);
b.plugin(recent);
mongoose.model('A', a);
mongoose.model('B', b);`,
    });
    expect(operationsOf(result)).toEqual([]);
  });
});

describe('Express routes of the OPTIONS verb', () => {
  it('are endpoints unless they answer preflights of all paths', async () => {
    const result = await scanFiles({
      'app.js': `const express = require('express');
const cors = require('cors');
const app = express();
app.options('*', cors());
app.options('/orders', (req, res) => res.send('GET'));
app.listen(1);`,
    });
    expect(operationsOf(result)).toEqual(['api_endpoint OPTIONS orders app.js:5']);
  });
});

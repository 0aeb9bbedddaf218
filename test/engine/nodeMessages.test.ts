import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

describe('queues and topics', () => {
  it('of BullMQ join producers, workers and Nest processors of the same queue and job', async () => {
    const result = await scanFiles({
      'producer.ts': `import { Queue, Worker } from 'bullmq';
import { InjectQueue } from '@nestjs/bull';
const mail = new Queue('mail');
export const send = () => mail.add('welcome', {});
new Worker('mail', async (job) => {});
export class Audio {
  constructor(@InjectQueue('audio') private readonly queue: Queue) {}
  transcode() { return this.queue.add('transcode', {}); }
}`,
      'processor.ts': `import { Process, Processor } from '@nestjs/bull';
@Processor('audio')
export class AudioProcessor {
  @Process('transcode') transcode() {}
  @Process('other') other() {}
}`,
    });
    expect(operationsOf(result)).toEqual([
      'message_receive transcode audio processor.ts:4',
      'message_receive other audio processor.ts:5',
      'message_send welcome mail producer.ts:4',
      'message_receive mail producer.ts:5',
      'message_send transcode audio producer.ts:8',
    ]);
    expect(edgesOf(result, 'delivers').sort()).toEqual([
      'producer.ts:4 -> producer.ts:5 certain',
      'producer.ts:8 -> processor.ts:4 certain',
    ]);
  });

  it('of Kafka, RabbitMQ, NATS, SQS and Nest microservices are named by what the call says', async () => {
    const result = await scanFiles({
      'kafka.js': `const { Kafka } = require('kafkajs');
const kafka = new Kafka({});
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: 'g' });
exports.send = () => producer.send({ topic: 'orders', messages: [] });
exports.start = async () => {
  await consumer.subscribe({ topic: 'orders' });
  await consumer.run({ eachMessage: handle });
};
async function handle({ message }) {}`,
      'rabbit.js': `const amqp = require('amqplib');
async function run() {
  const connection = await amqp.connect('amqp://localhost');
  const channel = await connection.createChannel();
  channel.sendToQueue('jobs', Buffer.from(''));
  channel.consume('jobs', (message) => {});
}
run();`,
      'sqs.ts': `import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ClientProxy, MessagePattern } from '@nestjs/microservices';
const client = new SQSClient({});
export const push = () => client.send(new SendMessageCommand({ QueueUrl: 'https://sqs/1/mails', MessageBody: '' }));
export class Sums {
  constructor(private client: ClientProxy) {}
  ask() { return this.client.send({ cmd: 'sum' }, [1, 2]); }
  @MessagePattern({ cmd: 'sum' }) sum() {}
}`,
    });
    expect(operationsOf(result)).toEqual([
      'message_send orders kafka.js:5',
      'message_receive orders kafka.js:7',
      'message_send jobs rabbit.js:5',
      'message_receive jobs rabbit.js:6',
      'message_send https://sqs/1/mails sqs.ts:4',
      'message_send cmd:sum sqs.ts:7',
      'message_receive cmd:sum sqs.ts:8',
    ]);
    expect(edgesOf(result, 'delivers')).toHaveLength(3);
    expect(edgesOf(result, 'handles')).toContain('kafka.js:7 -> kafka.js:10 certain');
  });

  it('are no event emitters, and sockets join server and client', async () => {
    const result = await scanFiles({
      'server.ts': `import { Server } from 'socket.io';
import { EventEmitter } from 'node:events';
const io = new Server(3000);
io.on('connection', (socket) => {
  socket.on('chat', (text) => io.to('room').emit('chatted', text));
});
const emitter = new EventEmitter();
emitter.on('chat', () => {});
emitter.emit('chat');`,
      'client.ts': `import { io } from 'socket.io-client';
const socket = io();
export const say = () => socket.emit('chat', 'hello');`,
    });
    expect(operationsOf(result)).toEqual([
      'message_send chat client.ts:3',
      'message_receive chat server.ts:5',
      'message_send chatted server.ts:5',
    ]);
    expect(edgesOf(result, 'delivers')).toEqual(['client.ts:3 -> server.ts:5 certain']);
  });
});

describe('caches, schedulers and files', () => {
  it('are those of their libraries', async () => {
    const result = await scanFiles({
      'a.ts': `import Redis from 'ioredis';
import { createClient } from 'redis';
import { Cache } from 'cache-manager';
import cron from 'node-cron';
import schedule from 'node-schedule';
import fs, { promises } from 'node:fs';
import { readFile } from 'fs/promises';
import fse from 'fs-extra';
import { promisify } from 'util';
const redis = new Redis();
const client = createClient();
const write = promisify(fs.writeFile);
cron.schedule('0 0 * * *', clean);
schedule.scheduleJob('5 * * * *', () => clean());
export async function clean() {
  await redis.get('a');
  await client.hSet('b', 'c', 1);
  await redis.publish('news', 'x');
  await fs.promises.readFile('one');
  await promises.writeFile('two', '');
  await readFile('three');
  await fse.writeJson('four', {});
  await write('five', '');
  if (fs.existsSync('six')) fs.readFileSync('six');
}
export class C { constructor(private cache: Cache) {} get(id: string) { return this.cache.get(\`user:\${id}\`); } }`,
      'b.js': `const { readFileSync } = require('fs');
const cache = new Map();
const fs = { readFile(path) { return path; } };
exports.run = () => { cache.get('x'); cache.set('y', 1); fs.readFile('no'); return readFileSync('yes'); };
exports.json = { parse: (text) => text }.parse('x');`,
    });
    expect(operationsOf(result)).toEqual([
      'scheduled_task 0 0 * * * a.ts:13',
      'scheduled_task 5 * * * * a.ts:14',
      'cache_read a a.ts:16',
      'cache_write b a.ts:17',
      'message_send news a.ts:18',
      'file_read one a.ts:19',
      'file_write two a.ts:20',
      'file_read three a.ts:21',
      'file_write four a.ts:22',
      'file_write five a.ts:23',
      'file_read six a.ts:24',
      'cache_read user:{id} a.ts:26',
      'file_read yes b.js:4',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { operationsOf, scanFiles } from '../support/scanFiles.ts';

async function operationsIn(source: string): Promise<string[]> {
  return operationsOf(await scanFiles({ 'a.ts': source })).map((line) => line.replace(/ a\.ts:\d+$/, ''));
}

describe('libraries of the browser', () => {
  it('send HTTP requests', async () => {
    expect(
      await operationsIn(`
import ky from 'ky';
import got from 'got';
import $ from 'jquery';
import superagent from 'superagent';
import { request } from 'undici';
export async function run() {
  await ky.post('/ky', { json: {} }).json();
  await ky.create({ prefixUrl: '/base' }).get('inner');
  await got('/got', { method: 'PUT' });
  $.ajax({ url: '/jquery', type: 'DELETE' });
  superagent.del('/agent').set('a', 'b').then(() => 1);
  await request('/undici');
  const xhr = new XMLHttpRequest();
  xhr.open('PATCH', '/xhr');
}`),
    ).toEqual([
      'api_call POST /ky',
      'api_call GET /base/inner',
      'api_call PUT /got',
      'api_call DELETE /jquery',
      'api_call DELETE /agent',
      'api_call GET /undici',
      'api_call PATCH /xhr',
    ]);
  });

  it('keep data in the browser', async () => {
    expect(
      await operationsIn(`
export async function run(db: IDBDatabase, file: Blob) {
  const cache = await caches.open('v1');
  await cache.put('/a', new Response());
  await cache.match('/a');
  db.transaction('notes').objectStore('notes').get('n1');
  db.transaction('notes', 'readwrite').objectStore('notes').put({}, 'n2');
  new FileReader().readAsText(file);
}`),
    ).toEqual(['cache_write /a', 'cache_read /a', 'cache_read n1', 'cache_write n2', 'file_read {file}']);
  });

  it('receive and send messages', async () => {
    expect(
      await operationsIn(`
import { HubConnectionBuilder } from '@microsoft/signalr';
import { io } from 'socket.io-client';
const hub = new HubConnectionBuilder().withUrl('/hub').build();
const socket = io('/');
export function run() {
  hub.on('Changed', () => 1);
  hub.invoke('Change', 1);
  socket.on('news', () => 1);
  socket.emit('ask', 1);
}`),
    ).toEqual(['message_receive Changed', 'message_send Change', 'message_receive news', 'message_send ask']);
  });

  it('are not taken for own things of the same name', async () => {
    expect(
      await operationsIn(`
class Cache { put(key: string, value: number) {} match(key: string) {} }
class FileReader { readAsText(name: string) {} }
const ky = { post: (url: string) => url };
const $ = { ajax: (options: object) => options };
const socket = { on: (name: string, run: () => void) => run(), emit: (name: string) => name };
export function run() {
  new Cache().put('/a', 1);
  new Cache().match('/a');
  new FileReader().readAsText('a');
  ky.post('/ky');
  $.ajax({ url: '/jquery' });
  socket.on('news', () => undefined);
  socket.emit('ask');
}`),
    ).toEqual([]);
  });
});

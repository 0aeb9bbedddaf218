import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { WebSocket } from 'ws';
import { API_PREFIX, Environment, ErrorBody, progressPath } from '#protocol/http.ts';
import { describeEndpoint, type Endpoint, requestTarget, webSocketUrl } from './endpoint.ts';

const REQUEST_TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MAX_UPDATE_BYTES = 64 * 1024;

/** A refusal of the server (`status` is the HTTP status), or no usable answer (`status` 0). */
export class ServerError extends Error {
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Requests to one server with its bearer token. Answers are validated before anything reads them. */
export class ServerClient {
  readonly endpoint: Endpoint;
  readonly #token: string;
  readonly #agent: http.Agent;

  constructor(endpoint: Endpoint, token: string) {
    this.endpoint = endpoint;
    this.#token = token;
    const secure = endpoint.kind === 'url' && endpoint.url.protocol === 'https:';
    this.#agent = new (secure ? https : http).Agent({ keepAlive: true, maxSockets: 8 });
  }

  /** What another process of the same user needs to reach the server; never shown, never logged. */
  credentials(): { address: string; token: string } {
    const { endpoint } = this;
    return { address: endpoint.kind === 'socket' ? endpoint.path : endpoint.url.href, token: this.#token };
  }

  /**
   * The parsed body of a GET below the API prefix.
   * @throws ServerError
   */
  async getJson(path: string): Promise<unknown> {
    return this.#request('GET', path);
  }

  /** @throws ServerError, also when the answer is not what the protocol says. */
  async get<T extends TSchema>(path: string, schema: T): Promise<Static<T>> {
    return checked(schema, await this.#request('GET', path), path);
  }

  /** @throws ServerError, also when the answer is not what the protocol says. */
  async post<T extends TSchema>(path: string, schema: T, body?: unknown): Promise<Static<T>> {
    return checked(schema, await this.#request('POST', path, body), path);
  }

  /** Removes what the path names. @throws ServerError */
  async delete(path: string): Promise<void> {
    await this.#request('DELETE', path);
  }

  /**
   * Writes the body of a GET below the API prefix into a file, whatever its size; the file is whole or not there.
   * @throws ServerError when the server refuses; the error of the file system when it cannot be written
   */
  async download(path: string, file: string): Promise<void> {
    const response = await this.#open('GET', API_PREFIX + path, null);
    if (response.statusCode !== 200) {
      this.#refuse(response.statusCode ?? 0, parseJson(await readBody(response)));
    }
    const unfinished = `${file}.${randomBytes(4).toString('hex')}.part`;
    try {
      await pipeline(response, createWriteStream(unfinished, { flags: 'wx' }));
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  async environment(): Promise<Environment> {
    return this.get('/environment', Environment);
  }

  /** A WebSocket of the scan's progress that has begun to connect. */
  openProgress(scanId: string): WebSocket {
    return new WebSocket(webSocketUrl(this.endpoint, progressPath(scanId)), {
      headers: { authorization: `Bearer ${this.#token}` },
      handshakeTimeout: 10_000,
      maxPayload: MAX_UPDATE_BYTES,
      perMessageDeflate: false,
    });
  }

  dispose(): void {
    this.#agent.destroy();
  }

  async #request(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.#open(method, API_PREFIX + path, body === undefined ? null : JSON.stringify(body));
    const status = response.statusCode ?? 0;
    const text = await readBody(response).catch((cause: unknown) => {
      throw this.#noAnswer(cause);
    });
    if (status === 204) return null;
    const parsed = parseJson(text);
    if (status >= 200 && status < 300 && parsed.ok) return parsed.value;
    return this.#refuse(status, parsed);
  }

  #refuse(status: number, parsed: ParsedJson): never {
    const refusal = parsed.ok && Value.Check(ErrorBody, parsed.value) ? parsed.value.message : null;
    throw new ServerError(explainRefusal(status, refusal, describeEndpoint(this.endpoint)), status);
  }

  #noAnswer(cause: unknown): ServerError {
    return new ServerError(`The Pinata server at ${describeEndpoint(this.endpoint)} does not answer`, 0, { cause });
  }

  /** The answer of the server, whose body has not been read. */
  #open(method: string, path: string, body: string | null): Promise<http.IncomingMessage> {
    const target = requestTarget(this.endpoint, path);
    const secure = target.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request({
        ...target,
        method,
        agent: this.#agent,
        timeout: REQUEST_TIMEOUT_MS,
        headers: {
          ...(this.endpoint.kind === 'socket' ? { host: 'localhost' } : {}),
          accept: 'application/json',
          authorization: `Bearer ${this.#token}`,
          ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      });
      request.on('timeout', () => request.destroy(new Error(`no answer in ${REQUEST_TIMEOUT_MS / 1000} s`)));
      request.on('error', (cause) => reject(this.#noAnswer(cause)));
      request.on('response', resolve);
      request.end(body ?? undefined);
    });
  }
}

async function readBody(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`the answer is larger than ${MAX_BODY_BYTES / 1024 / 1024} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

type ParsedJson = { ok: true; value: unknown } | { ok: false };

function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    // Whatever answered is not Pinata's server, or a proxy before it; the status says more than the text.
    return { ok: false };
  }
}

function checked<T extends TSchema>(schema: T, value: unknown, path: string): Static<T> {
  if (Value.Check(schema, value)) return value;
  const first = Value.Errors(schema, value)[0];
  const where = first ? ` (${first.instancePath || 'the whole'}: ${first.message})` : '';
  throw new ServerError(`The server's answer to ${path} cannot be read${where}: is it another version of Pinata?`, 0);
}

function explainRefusal(status: number, message: string | null, where: string): string {
  const wayOut = status === 401 ? ' Set it with the command "Pinata: Set Server Token".' : '';
  if (message !== null) return message + wayOut;
  return `The server at ${where} answered ${status}, which Pinata's server does not: is something else listening there?`;
}

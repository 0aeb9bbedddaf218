import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TOKEN_SUBPROTOCOL_PREFIX } from '#protocol/http.ts';
import { HttpError } from './httpErrors.ts';
import { type PageSessions, sameSecret } from './sessions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without a token. */
    isPublic?: boolean;
  }
}

export interface GuardSettings {
  token: string;
  sessions: PageSessions;
  /** On a socket or pipe there is no host name to check, and no browser that reaches it. */
  transport: 'socket' | 'tcp';
  /** Names besides loopback under which the server may be addressed, `name` or `name:port`. */
  allowedHosts: readonly string[];
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const SECRET_PARAMETERS = ['token', 'access_token', 'bearer', 'authorization'];

/** Refuses requests from foreign pages, under foreign names or without a token, before anything else looks at them. */
export function guard(app: FastifyInstance, settings: GuardSettings): void {
  app.addHook('onRequest', async (request) => {
    checkHost(request, settings);
    checkOrigin(request);
    checkUrl(request);
    if (request.routeOptions.config.isPublic) return;
    authorise(request, settings);
  });
}

/** DNS rebinding: a page of another site may reach this server under its own name, but not send another name. */
function checkHost(request: FastifyRequest, settings: GuardSettings): void {
  if (settings.transport === 'socket') return;
  const host = (request.headers.host ?? '').toLowerCase();
  const port = request.socket.localPort;
  const [, name, given] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? [];
  const samePort = port === undefined || Number(given ?? 80) === port;
  if (name && samePort && (LOOPBACK.has(name) || settings.allowedHosts.includes(name))) return;
  if (settings.allowedHosts.includes(host)) return;
  throw new HttpError(
    403,
    'foreign_host',
    'This server does not answer under that host name. Start it with --allow-host.',
  );
}

function checkOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (origin === undefined || (origin !== 'null' && origin === `http://${host ?? ''}`)) return;
  throw new HttpError(403, 'foreign_origin', 'Requests from other web pages are refused.');
}

function checkUrl(request: FastifyRequest): void {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '');
  if (!SECRET_PARAMETERS.some((name) => query.has(name))) return;
  throw new HttpError(400, 'token_in_url', 'A token in a URL ends up in logs; send it as "Authorization: Bearer …".');
}

function authorise(request: FastifyRequest, settings: GuardSettings): void {
  const token = bearerToken(request);
  if (token !== undefined) {
    if (sameSecret(token, settings.token)) return;
    throw new HttpError(401, 'wrong_token', 'The token is not the one of this server.');
  }
  if (hasSession(request, settings.sessions)) return;
  throw new HttpError(401, 'token_required', 'Send the token of the server as "Authorization: Bearer …".');
}

function bearerToken(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) return /^Bearer (\S+)$/i.exec(header)?.[1] ?? '';
  return offeredProtocols(request)
    .find((protocol) => protocol.startsWith(TOKEN_SUBPROTOCOL_PREFIX))
    ?.slice(TOKEN_SUBPROTOCOL_PREFIX.length);
}

function offeredProtocols(request: FastifyRequest): string[] {
  const header = request.headers['sec-websocket-protocol'];
  return header === undefined ? [] : header.split(',').map((protocol) => protocol.trim());
}

/**
 * Whether the page's cookie authorises the request. Cookies do not keep ports apart, so a page on another port of this
 * machine is "same site"; the browser says so in `Sec-Fetch-Site`.
 */
export function hasSession(request: FastifyRequest, sessions: PageSessions): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const cookie = sessionCookie(request);
  return cookie !== undefined && sessions.isValid(cookie);
}

/** Name of the cookie; holds the port, since cookies of servers on other ports of the host arrive here too. */
export function sessionCookieName(request: FastifyRequest): string {
  return `pinata_${request.socket.localPort ?? 0}`;
}

function sessionCookie(request: FastifyRequest): string | undefined {
  const start = `${sessionCookieName(request)}=`;
  return (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(start))
    ?.slice(start.length);
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import staticPlugin from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { API_PREFIX } from '#protocol/http.ts';
import type { App, AppDeps } from './deps.ts';
import { hasSession, sessionCookieName } from './guard.ts';
import { HttpError } from './httpErrors.ts';

/** Adds the browser page: its files, and what turns a one-time code or the token into a session cookie. */
export async function pageRoutes(app: App, deps: AppDeps): Promise<void> {
  await app.register(staticPlugin, { root: deps.pageFolder, serve: false, cacheControl: false, dotfiles: 'ignore' });

  app.get(
    '/',
    {
      schema: { querystring: Type.Object({ code: Type.Optional(Type.String({ maxLength: 200 })) }), hide: true },
      config: { isPublic: true },
    },
    (request, reply) => {
      const { code } = request.query;
      if (code === undefined) return sendPage(request, reply, deps, 'index.html');
      const session = deps.sessions.exchange(code);
      if (session) setSession(request, reply, session);
      else if (!hasSession(request, deps.sessions)) {
        throw new HttpError(
          403,
          'code_used',
          'This address has been used or is too old. Start Pinata again for a new one.',
        );
      }
      return reply.redirect('/', 303);
    },
  );

  app.post(
    `${API_PREFIX}/session`,
    { schema: { tags: ['system'], summary: 'Exchange the bearer token for the cookie of the page' } },
    (request, reply) => {
      setSession(request, reply, deps.sessions.newSession());
      return reply.status(204).send();
    },
  );

  app.get<{ Params: { '*': string } }>(
    '/*',
    { schema: { hide: true }, config: { isPublic: true } },
    (request, reply) => {
      const path = request.params['*'];
      if (path.startsWith('api/') || path.startsWith('ws/')) return reply.callNotFound();
      return sendPage(request, reply, deps, path);
    },
  );
}

function setSession(request: FastifyRequest, reply: FastifyReply, session: string): void {
  reply.header('set-cookie', `${sessionCookieName(request)}=${session}; Path=/; HttpOnly; SameSite=Strict`);
}

function sendPage(request: FastifyRequest, reply: FastifyReply, deps: AppDeps, path: string): FastifyReply {
  if (path === 'index.html' && !existsSync(join(deps.pageFolder, path))) {
    throw new HttpError(404, 'page_not_built', 'The page has not been built. Run "npm run build" and reload.');
  }
  const host = request.headers.host ?? 'localhost';
  reply.headers({
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      `connect-src 'self' ws://${/^[\w.:[\]-]+$/.test(host) ? host : 'localhost'}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cache-control': 'no-cache',
  });
  return reply.sendFile(path);
}

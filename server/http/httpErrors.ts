import type { FastifyError, FastifyInstance } from 'fastify';
import type { ErrorBody } from '#protocol/http.ts';
import { FolderError, type FolderProblem } from '../scans/allowedFolders.ts';
import { QueueFullError, StoppingError } from '../scans/coordinator.ts';
import { storageProblem } from '../store/storageProblem.ts';
import { BadCursorError, BadKindError, BadSortError } from '../store/store.ts';

/** An answer that is an error, with a message for the user. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  constructor(status: number, code: string, message: string, field?: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** Part of a request that does not fit its schema. */
export class ValidationError extends HttpError {
  constructor(part: string, field: string, message: string) {
    super(400, 'validation_failed', `${part}: ${field ? `${field}: ` : ''}${message}`, field || undefined);
  }
}

export function unknownScan(scanId: string): HttpError {
  return new HttpError(404, 'unknown_scan', `There is no scan ${scanId.slice(0, 40)}.`);
}

const FOLDER_STATUS: Record<FolderProblem, number> = {
  path_not_absolute: 400,
  path_not_found: 404,
  not_a_folder: 400,
  outside_allowed_roots: 403,
  unreadable: 403,
};

/** Puts a folder problem down to the field of the request that named the folder. */
export function folderHttpError(error: FolderError, field: string): HttpError {
  return new HttpError(FOLDER_STATUS[error.code], error.code, error.message, field);
}

/** Makes every error answer of the app an `ErrorBody`; what is not the client's fault is logged with its cause. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = toHttpError(error);
    if (known.status >= 500) request.log.error({ err: error }, 'request failed');
    const body: ErrorBody = {
      code: known.code,
      message: known.message,
      ...(known.field !== undefined && { field: known.field }),
      request_id: request.id,
    };
    if (known.status === 401) reply.header('www-authenticate', 'Bearer realm="pinata"');
    return reply.status(known.status).type('application/json; charset=utf-8').send(body);
  });
  app.setNotFoundHandler((request, reply) =>
    reply.send(new HttpError(404, 'unknown_route', `There is no ${request.method} ${pathOf(request.url)}.`)),
  );
}

function toHttpError(error: FastifyError): HttpError {
  const cause: Error = error;
  if (cause instanceof HttpError) return cause;
  if (cause instanceof FolderError) return folderHttpError(cause, 'repository_path');
  if (cause instanceof BadCursorError) return new HttpError(400, 'bad_cursor', cause.message, 'cursor');
  if (cause instanceof BadKindError) return new HttpError(400, 'bad_kind', cause.message, 'kind');
  if (cause instanceof BadSortError) return new HttpError(400, 'bad_sort', cause.message, 'sort');
  if (cause instanceof QueueFullError) return new HttpError(429, 'queue_full', cause.message);
  if (cause instanceof StoppingError) return new HttpError(503, 'stopping', cause.message);
  const storage = storageProblem(cause);
  if (storage !== undefined) return new HttpError(507, 'store_not_writable', storage);
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return new HttpError(status, codeOf(error, status), error.message);
  return new HttpError(500, 'internal', 'The server failed to answer; its log has the details under this request_id.');
}

function codeOf(error: FastifyError, status: number): string {
  if (status === 413) return 'body_too_large';
  if (status === 429) return 'too_many_requests';
  return error.code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError
    ? 'invalid_json'
    : 'bad_request';
}

/** The path of a URL without its query, which may hold secrets. */
export function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').slice(0, 200);
}

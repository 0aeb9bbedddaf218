import type { API_PREFIX } from '#protocol/http.ts';
import { isErrorMessage } from '../data/wire.ts';

/** Typed as the protocol's own literal: a change there stops this from compiling, and the bundle stays free of typebox. */
const PREFIX: typeof API_PREFIX = '/api/v1/scanner';

/** A refusal of the server, or no answer at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Sends a request below the API prefix with the page's cookie and gives the parsed JSON body.
 * @throws ApiError with a message for the reader.
 */
export async function request(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
  const response = await send(method, path, body);
  if (response.status === 204) return null;
  if (response.ok) return response.json();
  const refusal: unknown = await response.json().catch(() => null);
  throw new ApiError(explain(response.status, isErrorMessage(refusal) ? refusal.message : null), response.status);
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(PREFIX + path, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new ApiError('The scan server does not answer. Check that `npm start` is still running.', 0, { cause });
  }
}

function explain(status: number, message: string | null): string {
  if (status === 401) return 'This page is not signed in. Open the address that `npm start` printed once more.';
  return message ?? `The scan server answered ${status}.`;
}

/** Where the browser downloads an export of a scan. */
export function exportAddress(scanId: string, format: string): string {
  return `${PREFIX}/scan/${encodeURIComponent(scanId)}/export?format=${encodeURIComponent(format)}`;
}

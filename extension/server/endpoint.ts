import type { RequestOptions } from 'node:http';

/** Where a server listens: a Unix socket or named pipe, or an HTTP address. */
export type Endpoint = { kind: 'socket'; path: string } | { kind: 'url'; url: URL };

/**
 * Reads an `http(s)://host:port` address or the path of a socket or pipe.
 * @throws Error when it is neither.
 */
export function parseEndpoint(address: string): Endpoint {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(address)) {
    if (address.startsWith('/') || address.startsWith('\\\\')) return { kind: 'socket', path: address };
    throw new Error(`"${address}" is not an address: it has to look like http://127.0.0.1:7420`);
  }
  const url = URL.parse(address);
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(`"${address}" is not an http or https address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('A name or password does not belong into the address: use the command "Pinata: Set Server Token"');
  }
  return { kind: 'url', url };
}

/** For messages and reports: never carries credentials, because an address that does is refused. */
export function describeEndpoint(endpoint: Endpoint): string {
  return endpoint.kind === 'socket' ? endpoint.path : endpoint.url.origin;
}

/** Options that make `node:http` or `node:https` talk to the endpoint. */
export function requestTarget(endpoint: Endpoint, path: string): RequestOptions {
  if (endpoint.kind === 'socket') return { socketPath: endpoint.path, path };
  const { protocol, hostname, port, pathname } = endpoint.url;
  const host = hostname.replace(/^\[|\]$/g, '');
  return { protocol, hostname: host, ...(port === '' ? {} : { port }), path: pathname.replace(/\/$/, '') + path };
}

/**
 * URL by which `ws` reaches the endpoint. For a socket this is its `ws+unix:` form: in the extension host every other
 * way of handing over a connection is replaced by VS Code's proxy support. The form takes the socket's path as it
 * stands up to the first colon, so the path must be plain (`isPlainSocketPath`).
 */
export function webSocketUrl(endpoint: Endpoint, path: string): string {
  if (endpoint.kind === 'socket') return `ws+unix:${endpoint.path}:${path}`;
  return endpoint.url.href.replace(/^http/, 'ws').replace(/\/$/, '') + path;
}

/** Whether a socket path survives the way through a `ws+unix:` URL. */
export function isPlainSocketPath(path: string): boolean {
  return /^[\w./\\~+-]+$/.test(path);
}

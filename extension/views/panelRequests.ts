import { API_PREFIX } from '#protocol/http.ts';

const MAX_PATH_LENGTH = 4096;

/** Whether a path that the panel asks for stays below the API prefix, however a URL parser or the server reads it. */
export function isApiPath(path: string): boolean {
  if (path.length > MAX_PATH_LENGTH || !path.startsWith('/') || /[^\x21-\x7e]|[\\#]/.test(path)) return false;
  const [pathname = ''] = path.split('?');
  // Encoded dots and slashes are legitimate inside an id, but no id of the API holds a dot segment.
  if (/(^|\/|%2f|%5c)(\.|%2e){1,2}($|\/|%2f|%5c)/i.test(pathname) || pathname.startsWith('//')) return false;
  const url = URL.parse(`${API_PREFIX}${path}`, 'http://localhost');
  return url !== null && url.host === 'localhost' && url.pathname.startsWith(`${API_PREFIX}/`);
}

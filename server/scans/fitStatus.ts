import type { ScanStatus } from '#protocol/scan.ts';

/** An update on the wire is shorter than this, in bytes of UTF-8 JSON. */
export const MAX_UPDATE_BYTES = 400;

/** Shortens the texts of a status until it fits an update: the current file from its front, others from their end. */
export function fitStatus(status: ScanStatus): ScanStatus {
  const fitted = { ...status };
  shorten(fitted, 'current_file', 0, (text, length) => `…${text.slice(text.length - length)}`);
  shorten(fitted, 'error', 40, (text, length) => `${text.slice(0, length)}…`);
  shorten(fitted, 'message', 20, (text, length) => `${text.slice(0, length)}…`);
  shorten(fitted, 'error', 0, (text, length) => `${text.slice(0, length)}…`);
  return fitted;
}

function shorten(
  status: ScanStatus,
  field: 'current_file' | 'error' | 'message',
  least: number,
  cut: (text: string, length: number) => string,
): void {
  let text = status[field];
  while (text !== undefined && text.length > least + 1) {
    const excess = byteLength(status) - MAX_UPDATE_BYTES + 1;
    if (excess <= 0) return;
    const length = Math.max(least, text.length - Math.max(4, Math.ceil(excess / 4)));
    text = cut(text.replaceAll('…', ''), length);
    status[field] = text;
  }
}

function byteLength(status: ScanStatus): number {
  return Buffer.byteLength(JSON.stringify(status));
}

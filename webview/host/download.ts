import type { PanelFile } from '#protocol/webview.ts';

/** Hands a file to the browser's own download. */
export function download({ name, content, encoding }: PanelFile): void {
  const bytes = encoding === 'base64' ? Uint8Array.from(atob(content), (each) => each.charCodeAt(0)) : content;
  const address = URL.createObjectURL(new Blob([bytes]));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken over the file by the next task at the latest.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

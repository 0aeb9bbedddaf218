import { spawn } from 'node:child_process';

/** Opens an address in the user's browser. @returns null, or why it was not opened */
export function openBrowser(address: string): Promise<string | null> {
  const opener = browserCommand();
  if (!opener) return Promise.resolve('there is no display');
  return new Promise((resolve) => {
    const child = spawn(opener.command, [...opener.args, address], { stdio: 'ignore', detached: true });
    child.once('error', (error) => resolve(error.message));
    child.once('spawn', () => {
      child.unref();
      resolve(null);
    });
  });
}

function browserCommand(): { command: string; args: string[] } | null {
  if (process.platform === 'darwin') return { command: 'open', args: [] };
  if (process.platform === 'win32') return { command: 'rundll32', args: ['url.dll,FileProtocolHandler'] };
  const hasDisplay = Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
  return hasDisplay ? { command: 'xdg-open', args: [] } : null;
}

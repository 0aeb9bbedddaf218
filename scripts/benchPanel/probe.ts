/**
 * Runs in the page before its own script. Reports when the first rows are painted, since the navigation began, and for
 * each keystroke when the list that answers it is painted, since the key was pressed.
 */
export const PROBE = `
window.pinataProbe = { firstPaint: 0, keystroke: 0 };
{
  const probe = window.pinataProbe;
  let pressed = 0;
  let shown = '';
  const painted = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = then;
    channel.port2.postMessage(0);
  });
  document.addEventListener('keydown', (event) => {
    pressed = event.timeStamp;
    shown = document.querySelector('pinata-filter-bar')?.view?.[document.querySelector('pinata-filter-bar').textKey] ?? '';
  }, { capture: true });
  const rows = () => document.querySelector('#view [data-row]');
  const settled = () => {
    const bar = document.querySelector('pinata-filter-bar');
    const busy = document.querySelector('#view .fill')?.getAttribute('aria-busy') === 'true';
    return bar && (bar.view[bar.textKey] ?? '') !== shown && !busy && document.querySelector('#view .list-count, #view .notice');
  };
  new MutationObserver(() => {
    if (probe.firstPaint === 0 && rows()) painted(() => { probe.firstPaint ||= performance.now(); });
    if (pressed > 0 && settled()) {
      const from = pressed;
      pressed = 0;
      painted(() => { probe.keystroke = performance.now() - from; });
    }
  }).observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
}
`;

/** Scrolls the list of operations for two seconds and gives the length of each frame in milliseconds. */
export const FRAMES = `new Promise((resolve) => {
  const scroller = document.querySelector('#view .scroller');
  const frames = [];
  const end = performance.now() + 2000;
  let last = performance.now();
  const step = (now) => {
    frames.push(now - last);
    last = now;
    scroller.scrollTop += 160;
    if (now < end) requestAnimationFrame(step);
    else resolve(frames.slice(1));
  };
  requestAnimationFrame(step);
})`;

// What the page does by itself: citations lead to sentences and back, tabs of documents, copying, theme.
(() => {
  const THEME = 'stated-theme';
  const address = new URL(window.location.href);
  const wanted = (() => { try { return localStorage.getItem(THEME); } catch { return null; } })();
  if ((wanted === 'dark' || wanted === 'light') && !address.searchParams.has('__theme')) {
    address.searchParams.set('__theme', wanted); // Gradio reads it when it starts
    history.replaceState(null, '', address);
  }

  let from = null; // the mark that led into a pane: of sources, or of the ledger

  const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';

  function choose(tab) {
    const bar = tab.closest('[role=tablist]');
    for (const other of bar.querySelectorAll('[role=tab]')) {
      const chosen = other === tab;
      other.setAttribute('aria-selected', String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      if (chosen) other.hidden = false; // a document of an earlier answer, asked for by its mark
      const panel = document.getElementById(other.getAttribute('aria-controls'));
      if (panel) panel.hidden = !chosen;
    }
  }

  function toSource(link) {
    const key = link.dataset.to;
    const at = document.querySelector(`mark[data-at~="${CSS.escape(key)}"]`);
    if (!at) return;
    from = link;
    const panel = at.closest('[role=tabpanel]');
    const tab = panel && document.getElementById(panel.getAttribute('aria-labelledby'));
    if (tab) choose(tab);
    for (const mark of document.querySelectorAll('mark.here')) mark.classList.remove('here');
    for (const mark of document.querySelectorAll(`mark[data-keys~="${CSS.escape(key)}"]`)) mark.classList.add('here');
    for (const back of document.querySelectorAll('[data-back]')) back.hidden = false;
    at.focus({ preventScroll: true });
    at.scrollIntoView({ block: 'center', behavior: calm() });
  }

  // A mark of the ledger: its sentences are in the pane already, hidden.
  function toCell(mark) {
    const cell = document.getElementById(`cell-${mark.dataset.cell}`);
    if (!cell) return;
    from = mark;
    const pane = cell.closest('.pane');
    for (const other of pane.querySelectorAll('article')) other.hidden = other !== cell;
    for (const part of pane.querySelectorAll('[data-hint]')) part.hidden = true;
    for (const part of pane.querySelectorAll('[data-back]')) part.hidden = false;
    for (const other of document.querySelectorAll('[data-cell]')) {
      if (other.dataset.cell === mark.dataset.cell) other.setAttribute('aria-current', 'true');
      else other.removeAttribute('aria-current');
    }
    pane.scrollTop = 0;
    cell.focus({ preventScroll: true });
    const top = pane.getBoundingClientRect().top;
    if (top < 0 || top > innerHeight / 2) pane.scrollIntoView({ block: 'start', behavior: calm() });
  }

  // An answer's first sentence, or near miss, is seen without a click; focus and page stay where they are.
  function showCited(pane) {
    const panel = pane.querySelector('[role=tabpanel]:not([hidden])');
    const first = panel && (panel.querySelector('mark.bright[data-at]') || panel.querySelector('mark.near[data-at]'));
    if (!first) return;
    const above = first.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    if (above > 0 && above < panel.clientHeight * 0.6) return;
    panel.scrollTo({ top: panel.scrollTop + above - panel.clientHeight * 0.3, behavior: 'instant' });
  }

  function watchSources() {
    const pane = document.getElementById('sources');
    if (!pane) { setTimeout(watchSources, 200); return; } // Gradio has not drawn the page yet
    new MutationObserver(() => showCited(pane)).observe(pane, { childList: true, subtree: true });
  }
  watchSources();

  // A live region must be there before its words: those of a region that comes with them are often not read out.
  function watchWords() {
    const words = document.getElementById('announce');
    const region = document.getElementById('said');
    if (!words || !region) { setTimeout(watchWords, 200); return; }
    new MutationObserver(() => {
      const text = words.querySelector('[data-say]')?.textContent || '';
      if (region.textContent !== text) region.textContent = text;
    }).observe(words, { childList: true, characterData: true, subtree: true });
  }
  watchWords();

  function toAnswer() {
    for (const back of document.querySelectorAll('[data-back]')) back.hidden = true;
    const anew = () => document.querySelector(from.dataset.cell
      ? `#ledger [data-cell="${from.dataset.cell}"]` : `[data-to="${from.dataset.to}"]`);
    const again = from && (from.isConnected ? from : anew());
    from = null;
    if (!again) return;
    again.focus({ preventScroll: true });
    again.scrollIntoView({ block: 'center', behavior: calm() });
  }

  async function copy(button) {
    const text = button.dataset.copy;
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch { // a page without https may not use the clipboard: the old way
      const area = Object.assign(document.createElement('textarea'), { value: text });
      document.body.append(area);
      area.select();
      done = document.execCommand('copy');
      area.remove();
      button.focus();
    }
    const label = button.textContent;
    button.textContent = done ? 'Copied' : 'Could not copy';
    const said = button.parentElement.querySelector('[data-said]');
    if (said) said.textContent = button.textContent;
    setTimeout(() => { button.textContent = label; if (said) said.textContent = ''; }, 2000);
  }

  function turnTheme() {
    const dark = document.body.classList.toggle('dark');
    try { localStorage.setItem(THEME, dark ? 'dark' : 'light'); } catch { /* not kept then */ }
  }

  document.addEventListener('click', (event) => {
    const hit = (selector) => event.target.closest && event.target.closest(selector);
    const link = hit('[data-to]');
    if (link) { event.preventDefault(); toSource(link); return; }
    const cell = hit('[data-cell]');
    if (cell) { toCell(cell); return; }
    const tab = hit('.pane [role=tab]');
    if (tab) { choose(tab); return; }
    if (hit('[data-back]')) { toAnswer(); return; }
    const button = hit('[data-copy]');
    if (button) { copy(button); return; }
    if (hit('[data-theme-turn]')) turnTheme();
  });

  document.addEventListener('keydown', (event) => {
    const pane = event.target.closest && event.target.closest('.pane');
    if (!pane) return;
    if (event.key === 'Escape') { event.preventDefault(); toAnswer(); return; }
    const tab = event.target.closest('[role=tab]');
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!tab || !step) return;
    event.preventDefault();
    const tabs = [...tab.parentElement.querySelectorAll('[role=tab]:not([hidden])')];
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
})();

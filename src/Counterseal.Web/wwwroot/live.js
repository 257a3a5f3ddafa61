// Shows on an open page what others change. The desk says that something happened and who did it; the page then asks for itself, and takes over the parts in which nobody has typed.
// Pages work without it: loading them again shows the same.
const status = document.querySelector('[data-live]');
// Its words are the page's: attributes in the reader's language, with places in braces.
const word = (name, places = {}) => (status.dataset[name] ?? '').replace(/\{(\w+)\}/g, (_, place) => places[place] ?? '');
const types = new Map((status?.dataset.types ?? '').split('\n').map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
const parts = () => [...document.querySelectorAll('[data-part]')];
let source, timer, asking = false, again = false;
const news = [];

// Anything that differs from what the server had put there was typed by somebody, and is not thrown away.
const typed = part => [...part.querySelectorAll('input:not([type=hidden]), textarea, select')].some(field =>
  field === document.activeElement ||
  (field.matches('[type=checkbox], [type=radio]') ? field.checked !== field.defaultChecked
    : field.matches('select') ? [...field.options].some(option => option.selected !== option.defaultSelected) && !(field.selectedIndex === 0 && ![...field.options].some(option => option.defaultSelected))
      : field.value !== field.defaultValue));

const refused = part => part.querySelector('form .alert') !== null;

// What was unfolded stays so, and the place of the keyboard is kept.
const name = folded => folded.id || folded.querySelector('summary')?.textContent;
function fold(from, to) {
  const open = new Set([...from.querySelectorAll('details[open]')].map(name));
  const known = new Set([...from.querySelectorAll('details')].map(name));
  for (const folded of to.querySelectorAll('details')) if (known.has(name(folded))) folded.open = open.has(name(folded));
}
const stops = part => [...part.querySelectorAll('a[href], button, summary, input:not([type=hidden]), select, textarea')];

// The document is made by the browser's own reader of answers, never from text by a script.
function ask() {
  if (asking) { again = true; return; }
  asking = true;
  const request = new XMLHttpRequest();
  request.open('GET', location.pathname + location.search);
  request.responseType = 'document';
  request.onloadend = () => {
    asking = false;
    const fresh = request.status === 200 ? request.response : null;
    if (!fresh?.querySelector('[data-live]')) { say(word('again')); return; }
    let kept = 0;
    for (const part of parts()) {
      const name = part.dataset.part;
      const same = fresh.querySelector(`[data-part="${CSS.escape(name)}"]`);
      if (part.parentElement.closest('[data-part]')) continue;
      if (typed(part) || refused(part)) { kept++; continue; }
      if (!same) { part.remove(); continue; }
      if (same.isEqualNode(part)) continue;
      const row = part.contains(document.activeElement) ? document.activeElement.closest('[data-row]')?.querySelector('a[data-open]')?.getAttribute('href') : null;
      const stop = stops(part).indexOf(document.activeElement);
      const mine = document.importNode(same, true);
      fold(part, mine);
      part.replaceWith(mine);
      if (!row && stop >= 0) stops(mine)[stop]?.focus({ preventScroll: true });
      if (row) mine.querySelector(`a[data-open][href="${CSS.escape(row)}"]`)?.focus();
    }
    // Sections that were not there before have a place only in a page that is made anew.
    const absent = [...fresh.querySelectorAll('[data-part]')].some(part => !document.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`));
    say(news.splice(0).slice(-3).join(' ') + (kept ? ' ' + word('typing') : '') + (absent ? ' ' + word('absent') : ''));
    if (again) { again = false; ask(); }
  };
  request.send();
}

function say(words) { status.textContent = words; }

function listen() {
  source = new EventSource(status.dataset.live);
  source.addEventListener('change', event => {
    const { by, type, own } = JSON.parse(event.data);
    const at = new Date().toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
    news.push(word(own ? 'byYou' : 'byOther', { by, at, type: types.get(type) ?? type }));
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  source.addEventListener('enough', () => {
    source.close();
    say(word('enough'));
  });
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) say(word('over'));
  });
}

if (status) {
  listen();
  addEventListener('pagehide', () => source.close());
  document.addEventListener('visibilitychange', () => { if (!document.hidden && source.readyState === EventSource.CLOSED) { listen(); ask(); } });
  addEventListener('pageshow', event => { if (event.persisted) { listen(); ask(); } });
}

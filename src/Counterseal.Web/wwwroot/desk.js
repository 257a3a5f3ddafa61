// The desk's keyboard, and what copies a digest. Pages work without it: it presses and focuses what is there, sends nothing and writes no markup.
const rows = () => [...document.querySelectorAll('[data-row]')];
const link = row => row.querySelector('a[data-open]');
const here = () => document.activeElement?.closest('[data-row]');
const at = id => document.getElementById(id);
let going = 0;

function move(step) {
  const all = rows();
  if (all.length === 0) return;
  const now = all.indexOf(here());
  const next = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + step))];
  link(next)?.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function tick() {
  const box = here()?.querySelector('input[type=checkbox]');
  if (box) box.checked = !box.checked;
}

function assign() {
  const row = here();
  if (row && !document.querySelector('[data-row] input[type=checkbox]:checked')) tick();
  const who = at('assign-to');
  who?.focus();
  who?.select?.();
}

// On a demand's page a section of it; in the queue the same section of the row's demand.
function section(id) {
  const there = at(id);
  if (there) {
    there.closest('section')?.setAttribute('tabindex', '-1');
    there.closest('section')?.focus();
    there.scrollIntoView();
    return;
  }
  const to = here() && link(here());
  if (to) location.assign(to.href + '#' + id);
}

function go(letter) {
  document.querySelector(`[data-go="${CSS.escape(letter)}"]`)?.click();
}

addEventListener('keydown', pressed => {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.isComposing) return;
  const target = pressed.target;
  if (pressed.key === 'Escape') {
    if (target instanceof HTMLElement && target.matches('input, textarea, select')) target.blur();
    return;
  }
  if (target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select')) return;
  if (at('keys')?.open && pressed.key !== '?') return;
  if (going && pressed.timeStamp - going < 1500) {
    going = 0;
    go(pressed.key.toLowerCase());
    pressed.preventDefault();
    return;
  }
  going = 0;
  switch (pressed.key) {
    case 'j': move(1); break;
    case 'k': move(-1); break;
    case 'x': tick(); break;
    case 'a': assign(); break;
    case 'q': section('questions'); break;
    case 'd': section('decision'); break;
    case 'g': going = pressed.timeStamp; break;
    case '/': {
      const search = at('search');
      if (search) search.focus(); else location.assign('/#search');
      break;
    }
    case '?': {
      const keys = at('keys');
      if (keys?.open) keys.close(); else keys?.showModal();
      break;
    }
    default: return;
  }
  pressed.preventDefault();
});

if (location.hash === '#search') at('search')?.focus();
for (const button of document.querySelectorAll('[data-keys]')) {
  button.hidden = false;
  button.addEventListener('click', () => at('keys')?.showModal());
}

// Buttons that copy stand in the page and are shown where there is somebody to press them for.
document.documentElement.classList.add('scripted');
document.addEventListener('click', async pressed => {
  const button = pressed.target.closest?.('[data-copy]');
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // Without a secure address there is no clipboard to write to: what is to be copied is selected instead.
    getSelection().selectAllChildren(button.previousElementSibling);
    return;
  }
  const name = button.getAttribute('aria-label');
  button.classList.add('copied');
  button.setAttribute('aria-label', button.dataset.copied);
  setTimeout(() => { button.classList.remove('copied'); button.setAttribute('aria-label', name); }, 1500);
});

// Checks a receipt here, in the browser: commitment, inclusion proof and signed checkpoint, and that the ledger of today is the same log grown. It sends nothing of the receipt anywhere; it fetches
// /checkpoint and tiles, which are the same for everybody. The page works without it: then the server checks, and says that it is the server's word.
const say = name => document.querySelector(`[data-say="${CSS.escape(name)}"]`)?.textContent ?? name;
const fill = (name, places) => Object.entries(places).reduce((text, [place, value]) => text.replaceAll(`{${place}}`, value), say(name));
class Fault extends Error {
  constructor(name, places = {}) { super(fill(name, places)); }
}

const MOST = 4 << 20, MOST_HASHES = 63, FULL = 256;
const utf8 = new TextEncoder();
const text = bytes => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
const join = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
};
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const hex = bytes => [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
const sha256 = async bytes => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

function fromHex(value, length) {
  if (typeof value !== 'string' || value.length !== 2 * length || !/^[0-9a-f]*$/.test(value)) throw new Fault('bad.receipt');
  return Uint8Array.from(value.match(/../g), pair => parseInt(pair, 16));
}

// Strictly the one text that encoding gives.
function fromBase64(value) {
  try {
    const binary = atob(value);
    if (btoa(binary) !== value) return null;
    return Uint8Array.from(binary, c => c.charCodeAt(0));
  } catch {
    return null;
  }
}

function decimal(value) {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(value)) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

// RFC 6962 / RFC 9162. Sizes are below 2^53, so halves are floored and not shifted.
const leafHash = data => sha256(join(Uint8Array.of(0), data));
const nodeHash = (left, right) => sha256(join(Uint8Array.of(1), left, right));
const half = number => Math.floor(number / 2);
const odd = number => number % 2 === 1;

async function includes(index, size, leaf, hashes, root) {
  if (index >= size) return false;
  let node = index, last = size - 1, hash = leaf;
  for (const sibling of hashes) {
    if (last === 0) return false;
    if (odd(node) || node === last) {
      hash = await nodeHash(sibling, hash);
      while (!odd(node) && node !== 0) { node = half(node); last = half(last); }
    } else {
      hash = await nodeHash(hash, sibling);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && same(hash, root);
}

async function grew(first, second, firstRoot, secondRoot, hashes) {
  if (first < 1 || first > second) return false;
  if (first === second) return hashes.length === 0 && same(firstRoot, secondRoot);
  if (hashes.length === 0) return false;
  let node = first - 1, last = second - 1;
  while (odd(node)) { node = half(node); last = half(last); }
  const power = Number.isInteger(Math.log2(first)) && 2 ** Math.round(Math.log2(first)) === first;
  let [one, two] = power ? [firstRoot, firstRoot] : [hashes[0], hashes[0]];
  for (const sibling of power ? hashes : hashes.slice(1)) {
    if (last === 0) return false;
    if (odd(node) || node === last) {
      one = await nodeHash(sibling, one);
      two = await nodeHash(sibling, two);
      while (!odd(node) && node !== 0) { node = half(node); last = half(last); }
    } else {
      two = await nodeHash(two, sibling);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && same(one, firstRoot) && same(two, secondRoot);
}

// The largest power of two below a number of at least two.
function left(count) {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

// The hash of leaves [from, to) out of the tiles of a log of that size.
async function range(from, to, complete) {
  const count = to - from;
  let level = 0;
  for (let power = 1; power < count; power *= 2) level++;
  if (2 ** level === count) return complete(level, from / count);
  const middle = from + left(count);
  return nodeHash(await range(from, middle, complete), await range(middle, to, complete));
}

async function consistencyProof(first, second, complete) {
  const proof = [];
  let from = 0, to = second;
  while (first !== to) {
    const middle = from + left(to - from);
    if (first <= middle) {
      proof.push(await range(middle, to, complete));
      to = middle;
    } else {
      proof.push(await range(from, middle, complete));
      from = middle;
    }
  }
  if (from !== 0) proof.push(await range(from, to, complete));
  return proof.reverse();
}

function tilePath(level, index, width) {
  let n = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) n = `x${String(rest % 1000).padStart(3, '0')}/${n}`;
  return `/tile/${level}/${n}${width === FULL ? '' : `.p/${width}`}`;
}

function tiles(size) {
  const kept = new Map();
  const fold = async hashes => {
    if (hashes.length === 32) return hashes;
    const middle = hashes.length / 2;
    return nodeHash(await fold(hashes.subarray(0, middle)), await fold(hashes.subarray(middle)));
  };
  return async (level, index) => {
    const [tileLevel, inTile] = [Math.floor(level / 8), level % 8];
    const first = index * 2 ** inTile, tile = Math.floor(first / FULL);
    const width = Math.min(FULL, Math.floor(size / FULL ** tileLevel) - tile * FULL);
    const path = tilePath(tileLevel, tile, width);
    if (!kept.has(path)) kept.set(path, fetched(path, width * 32));
    const bytes = await kept.get(path);
    if (bytes.length !== width * 32) throw new Fault('bad.tile', { path });
    const at = (first % FULL) * 32;
    return fold(bytes.subarray(at, at + 32 * 2 ** inTile));
  };
}

async function fetched(path, most) {
  const answer = await fetch(path, { credentials: 'omit', redirect: 'error', cache: path === '/checkpoint' ? 'no-store' : 'default' }).catch(() => { throw new Fault('bad.away'); });
  if (!answer.ok) throw new Fault('bad.away');
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (bytes.length > most) throw new Fault('bad.away');
  return bytes;
}

// C2SP signed-note: the log's key (vkey), then for each earlier one vkey@size, as the page shows them.
async function keyOf(vkey) {
  const at = vkey.indexOf('+'), second = vkey.indexOf('+', at + 1);
  const [name, id, bytes] = at < 1 || second < 0 ? [] : [vkey.slice(0, at), vkey.slice(at + 1, second), fromBase64(vkey.slice(second + 1))];
  if (!bytes || bytes.length < 33) throw new Fault('bad.key');
  const raw = bytes.subarray(1);
  const ed = bytes[0] === 1 && raw.length === 32, p256 = bytes[0] === 2;
  if (!ed && !p256) throw new Fault('bad.key');
  const digest = await sha256(ed ? join(utf8.encode(name), Uint8Array.of(10, 1), raw) : raw);
  if (hex(digest.subarray(0, 4)) !== id) throw new Fault('bad.key');
  try {
    const key = ed ? await crypto.subtle.importKey('raw', raw, { name: 'Ed25519' }, false, ['verify'])
      : await crypto.subtle.importKey('spki', raw, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
    return { name, id, ed, key };
  } catch (no) {
    throw new Fault(no.name === 'NotSupportedError' ? 'bad.browser' : 'bad.key');
  }
}

async function keysOf(typed) {
  const [now, ...earlier] = typed.trim().split(/ +/);
  const keys = [{ ...await keyOf(now), upTo: Number.MAX_SAFE_INTEGER }];
  for (const one of earlier) {
    const plain = one.endsWith('!') ? one.slice(0, -1) : one, at = plain.lastIndexOf('@');
    const upTo = at > 0 ? decimal(plain.slice(at + 1)) : null;
    if (upTo === null) throw new Fault('bad.key');
    keys.push({ ...await keyOf(plain.slice(0, at)), upTo });
  }
  if (keys.some(key => key.name !== keys[0].name)) throw new Fault('bad.key');
  return keys;
}

// ECDSA in a note is DER; the browser takes r and s side by side.
function plainSignature(der) {
  const out = new Uint8Array(64);
  let at = 2;
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return out;
  for (const to of [32, 64]) {
    if (der[at] !== 2) return new Uint8Array(64);
    const number = der.subarray(at + 2, at + 2 + der[at + 1]);
    const trimmed = number[0] === 0 ? number.subarray(1) : number;
    if (trimmed.length > 32) return new Uint8Array(64);
    out.set(trimmed, to - trimmed.length);
    at += 2 + der[at + 1];
  }
  return at === der.length ? out : new Uint8Array(64);
}

async function openCheckpoint(note, keys) {
  const blank = note.lastIndexOf('\n\n');
  // A note's text has no control character but newline.
  if (blank < 0 || !note.endsWith('\n') || /[\x00-\x09\x0b-\x1f]/.test(note)) throw new Fault('bad.checkpoint');
  const signed = note.slice(0, blank + 1), lines = signed.split('\n');
  const size = lines.length === 4 ? decimal(lines[1]) : null, root = lines.length === 4 ? fromBase64(lines[2]) : null;
  if (size === null || root?.length !== 32) throw new Fault('bad.checkpoint');
  if (lines[0] !== keys[0].name) throw new Fault('bad.otherLog', { log: lines[0] });
  let best = null;
  for (const line of note.slice(blank + 2, -1).split('\n')) {
    const parts = line.match(/^— ([^ +]+) ([A-Za-z0-9+/=]+)$/);
    const bytes = parts && fromBase64(parts[2]);
    if (!bytes || bytes.length < 5) throw new Fault('bad.checkpoint');
    const key = keys.find(one => one.name === parts[1] && one.id === hex(bytes.subarray(0, 4)));
    if (!key) continue;
    const holds = key.ed ? bytes.length === 68 && await crypto.subtle.verify('Ed25519', key.key, bytes.subarray(4), utf8.encode(signed))
      : await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key.key, plainSignature(bytes.subarray(4)), utf8.encode(signed));
    if (!holds) throw new Fault('bad.signature');
    if (!best || key === keys[0]) best = key;
  }
  if (!best || size > best.upTo) throw new Fault('bad.unsigned');
  return { size, root };
}

function proofOf(all) {
  if (typeof all !== 'string' || all.length > 65536) throw new Fault('bad.proof');
  const lines = all.split('\n');
  const index = lines[1]?.startsWith('index ') ? decimal(lines[1].slice(6)) : null;
  if (lines[0] !== 'c2sp.org/tlog-proof@v1' || index === null) throw new Fault('bad.proof');
  const hashes = [];
  let at = 2;
  for (; at < lines.length && lines[at] !== ''; at++) {
    const hash = fromBase64(lines[at]);
    if (hash?.length !== 32 || hashes.length === MOST_HASHES) throw new Fault('bad.proof');
    hashes.push(hash);
  }
  return { index, hashes, note: lines.slice(at + 1).join('\n') };
}

async function commitment(salt, bytes) {
  const key = await crypto.subtle.importKey('raw', salt, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, join(utf8.encode('counterseal/event/v1\n'), bytes)));
}

async function check(receipt, typedKey, typedCheckpoint, passed) {
  const number = value => value.toLocaleString(document.documentElement.lang);
  if (receipt.length > MOST) throw new Fault('bad.receipt');
  let read;
  try {
    read = JSON.parse(receipt);
  } catch {
    throw new Fault('bad.receipt');
  }
  const received = read?.received;
  if (!received || typeof received !== 'object') throw new Fault('bad.receipt');
  const [event, salt, tag] = [fromBase64(received.event), fromHex(received.salt, 32), fromHex(received.tag, 32)];
  if (!event) throw new Fault('bad.receipt');
  const keys = await keysOf(typedKey);
  const proof = proofOf(received.proof);
  const under = await openCheckpoint(proof.note, keys);
  passed(fill('ok.signature', { log: keys[0].name, size: number(under.size) }));
  const committed = await commitment(salt, event);
  if (!await includes(proof.index, under.size, await leafHash(join(tag, committed)), proof.hashes, under.root)) throw new Fault('bad.inclusion', { index: number(proof.index) });
  passed(fill('ok.inclusion', { index: number(proof.index), digest: hex(committed).slice(0, 12) }));
  const newest = await openCheckpoint(text(await fetched('/checkpoint', 1 << 20)), keys);
  const complete = tiles(newest.size);
  await consistent(under, newest, complete);
  passed(fill('ok.consistent', { from: number(under.size), to: number(newest.size) }));
  if (typedCheckpoint.trim()) {
    const kept = await openCheckpoint(typedCheckpoint.replaceAll('\r\n', '\n').trim() + '\n', keys);
    await consistent(kept, newest, complete);
    passed(fill('ok.kept', { from: number(kept.size), to: number(newest.size) }));
  }
  return text(event);
}

async function consistent(old, newest, complete) {
  if (old.size > newest.size) throw new Fault('bad.smaller', { from: String(old.size), to: String(newest.size) });
  if (old.size === 0) return;
  const proof = old.size === newest.size ? [] : await consistencyProof(old.size, newest.size, complete);
  if (!await grew(old.size, newest.size, old.root, newest.root, proof)) throw new Fault('bad.fork', { from: String(old.size), to: String(newest.size) });
}

const form = document.getElementById('check');
const box = document.getElementById('here');
const part = name => box.querySelector(`[data-part="${name}"]`);

async function run() {
  const file = form.elements.file.files[0];
  if (file && file.size > MOST) throw new Fault('bad.receipt');
  const receipt = file ? text(new Uint8Array(await file.arrayBuffer())) : form.elements.receipt.value;
  const event = await check(receipt, form.elements.key.value, form.elements.kept.value, sentence => {
    const line = document.createElement('li');
    line.textContent = sentence;
    part('steps').append(line);
  });
  part('event').textContent = event;
  part('said').hidden = false;
}

if (form && box && crypto.subtle) {
  document.getElementById('servers-word').hidden = true;
  document.getElementById('browsers-word').hidden = false;
  form.addEventListener('submit', async pressed => {
    pressed.preventDefault();
    document.getElementById('servers-answer')?.remove();
    part('steps').replaceChildren();
    part('said').hidden = true;
    part('verdict').textContent = say('working');
    box.hidden = false;
    box.dataset.verdict = 'working';
    try {
      await run();
      part('verdict').textContent = say('yes');
      box.dataset.verdict = 'yes';
    } catch (no) {
      const line = document.createElement('li');
      line.textContent = no instanceof Fault ? no.message : say('bad.receipt');
      line.className = 'fails';
      part('steps').append(line);
      part('verdict').textContent = say('no');
      box.dataset.verdict = 'no';
    }
    box.focus();
  });
}

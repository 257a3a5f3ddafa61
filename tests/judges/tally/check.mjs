// A second check of a party's own demand, written from docs/provable-totals.md and docs/ledger.md; it reads a receipt and a copy of the tally's folder.
//   node check.mjs RECEIPT TALLY VKEY      prints a line for each leaf that is there, or what is wrong; exits with 0 or 1
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512, sha256 } from '@noble/hashes/sha2.js';
import { VERSION, framed, leafFault, little, mod, readLeaf, scalar, schemaOf, times, unhex, utf8 } from './verify.mjs';

const bytes64 = (text) => Uint8Array.from(Buffer.from(text, 'base64'));
const joined = (...parts) => Uint8Array.from(Buffer.concat(parts.map((part) => Buffer.from(part))));
export const same = (a, b) => Buffer.from(a).equals(Buffer.from(b));
const leafHash = (leaf) => sha256(joined([0], leaf));
const nodeHash = (l, r) => sha256(joined([1], l, r));

/** A log's key under a name: the tally's is the event log's under "NAME/tally". */
export function verifier(vkey, name) {
  const parts = vkey.split('+'), key = bytes64(parts.slice(2).join('+'));
  if (key[0] !== 1 || key.length !== 33) throw new Error('this check knows Ed25519 keys only');
  const own = name ?? parts[0];
  return { name: own, id: sha256(joined(utf8(own), [10, 1], key.slice(1))).slice(0, 4), key: key.slice(1) };
}

export function checkpoint(note, by) {
  const end = note.indexOf('\n\n') + 1;
  const text = note.slice(0, end);
  const good = note.slice(end + 1).split('\n').some((line) => {
    const [, name, value] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    return name === by.name && same(bytes64(value).slice(0, 4), by.id) && ed25519.verify(bytes64(value).slice(4), utf8(text), by.key);
  });
  const [origin, size, root] = text.split('\n');
  if (!good || origin !== by.name) throw new Error(`the checkpoint is not signed by ${by.name}`);
  return { size: Number(size), root: bytes64(root) };
}

/** RFC 9162, 2.1.3.2. */
function included(index, size, hash, proof, root) {
  let fn = index, sn = size - 1, r = hash;
  for (const p of proof) {
    if (sn === 0) return false;
    if (fn & 1 || fn === sn) {
      r = nodeHash(p, r);
      while (!(fn & 1) && fn !== 0) { fn >>= 1; sn >>= 1; }
    } else r = nodeHash(r, p);
    fn >>= 1; sn >>= 1;
  }
  return sn === 0 && same(r, root);
}

function receivedDemand(receipt, vkey) {
  const { event, salt, tag, proof } = receipt.received;
  const canonical = bytes64(event);
  const commitment = createHmac('sha256', unhex(salt)).update('counterseal/event/v1\n').update(canonical).digest();
  const lines = proof.split('\n'), blank = lines.indexOf('');
  const index = Number(/^index (\d+)$/.exec(lines[1])[1]);
  const under = checkpoint(lines.slice(blank + 1).join('\n'), verifier(vkey));
  if (!included(index, under.size, leafHash(joined(unhex(tag), commitment)), lines.slice(2, blank).map(bytes64), under.root)) throw new Error('the received event is not in the event log');
  const said = JSON.parse(Buffer.from(canonical).toString('utf8'));
  if (said.type !== 'received') throw new Error('the receipt is of another event');
  return said.demand;
}

function tilePath(level, n, width) {
  let name = String(n % 1000).padStart(3, '0');
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) name = `x${String(rest % 1000).padStart(3, '0')}/${name}`;
  return `tile/${level}/${name}${width === 256 ? '' : `.p/${width}`}`;
}

/** All leaves, and the root that they hash to: plain, since the tally at hand is a small one. */
export function leavesOf(folder, size, leafSize) {
  const leaves = [];
  for (let from = 0; from < size; from += 256) {
    const tile = readFileSync(join(folder, tilePath('entries', from / 256, Math.min(256, size - from))));
    for (let at = 0; at < tile.length; at += 2 + leafSize) {
      if (tile.readUInt16BE(at) !== leafSize) throw new Error('a leaf of another size');
      leaves.push(Uint8Array.from(tile.subarray(at + 2, at + 2 + leafSize)));
    }
  }
  const root = (hashes) => {
    if (hashes.length === 1) return hashes[0];
    let split = 1;
    while (split * 2 < hashes.length) split *= 2;
    return nodeHash(root(hashes.slice(0, split)), root(hashes.slice(split)));
  };
  return { leaves, root: leaves.length ? root(leaves.map(leafHash)) : sha256(new Uint8Array()) };
}

function check(receiptPath, folder, vkey) {
  const receipt = JSON.parse(readFileSync(receiptPath, 'utf8'));
  const demand = receivedDemand(receipt, vkey);
  const plan = JSON.parse(readFileSync(join(folder, 'plan'), 'utf8'));
  const S = schemaOf(plan);
  const T = S.tables.length, leafSize = 1 + 4 + 32 * (T + 1 + 4 + S.digits + S.digits * 15 + 2 + T);
  const by = verifier(vkey, `${vkey.split('+')[0]}/tally`);
  const under = checkpoint(readFileSync(join(folder, 'checkpoint'), 'utf8'), by);
  const { leaves, root } = leavesOf(folder, under.size, leafSize);
  if (!same(root, under.root)) throw new Error('the leaves do not hash to the signed root');
  const place = (t, cell) => (t > 0 && cell === 'not counted' ? 240 : t > 0 && cell === 'national security' ? 224 : S.tables[t].cells.indexOf(cell));
  const lines = [];
  let received = null;
  for (const paper of [receipt.tally].flat()) {
    const text = paper.kind === 'received' ? demand : String(received);
    const reference = mod(little(sha512(framed([VERSION, 'reference', paper.kind, text]))));
    const leaf = readLeaf(S, leaves[paper.index]);
    const fault = leafFault(S, by.name, paper.index, paper.period, leaf);
    if (fault) throw new Error(`leaf ${paper.index}: ${fault}`);
    if (paper.cells[0] !== paper.kind) throw new Error(`leaf ${paper.index} is ${paper.cells[0]}`);
    paper.cells.forEach((cell, t) => {
      const i = place(t, cell);
      if (i < 0 || !S.G[t][i].add(times(scalar(unhex(paper.blindings[t])), S.H)).equals(leaf.commitments[t])) throw new Error(`leaf ${paper.index} is not ${cell} in the table ${S.tables[t].name}`);
    });
    if (!times(reference, S.R).add(times(scalar(unhex(paper.referenceBlinding)), S.H)).equals(leaf.reference)) throw new Error(`leaf ${paper.index} is another demand's`);
    if (paper.kind === 'received') received = paper.index;
    lines.push(`${paper.kind} ${paper.index} ${paper.cells.slice(1).join(', ')}`);
  }
  return lines;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(check(...process.argv.slice(2)).join('\n'));
  } catch (e) {
    console.log(`no: ${e.message}`);
    process.exit(1);
  }
}

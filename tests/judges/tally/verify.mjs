// A second verifier of a tally file, written from docs/provable-totals.md and sharing nothing with the first but the group's definition.
//   node verify.mjs FILE …      prints "holds", or a line for each fault; exits with 0 or 1
// Leaf by leaf, without weights: slow, plain, and a check on the first one's batches.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { pippenger } from '@noble/curves/abstract/curve.js';
import { sha512, sha256 } from '@noble/hashes/sha2.js';

export const P = ristretto255.Point;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
export const mod = (a) => ((a % L) + L) % L;
export const utf8 = (text) => new TextEncoder().encode(text);
export const little = (bytes) => bytes.reduceRight((sum, b) => (sum << 8n) | BigInt(b), 0n);
const total = (points, numbers) => pippenger(P, points, numbers.map(mod));
export const times = (n, point) => (mod(n) === 0n ? P.ZERO : point.multiplyUnsafe(mod(n)));
export const unhex = (text) => Uint8Array.from(Buffer.from(text, 'hex'));
export const VERSION = 'counterseal/tally/v1';

export function framed(parts) {
  const out = [];
  for (const part of parts) {
    const bytes = typeof part === 'string' ? utf8(part) : part;
    const head = Buffer.alloc(4);
    head.writeInt32BE(bytes.length);
    out.push(head, Buffer.from(bytes));
  }
  return Uint8Array.from(Buffer.concat(out));
}
const i64 = (n) => { const b = Buffer.alloc(8); b.writeBigInt64BE(BigInt(n)); return Uint8Array.from(b); };
const scalarBytes = (n) => { const b = new Uint8Array(32); for (let i = 0, v = n; i < 32; i++, v >>= 8n) b[i] = Number(v & 255n); return b; };

class Transcript {
  parts;
  constructor(about) { this.parts = [utf8(VERSION), utf8(about)]; }
  add(part) { this.parts.push(typeof part === 'string' ? utf8(part) : typeof part === 'number' || typeof part === 'bigint' ? i64(part) : part instanceof P ? part.toBytes() : part); return this; }
  digest() { return sha512(framed(this.parts)); }
  challenge() { const c = mod(little(this.digest())); this.parts.push(scalarBytes(c)); return c; }
}

const element = (...names) => ristretto255_hasher.deriveToCurve(sha512(framed([VERSION, 'element', ...names])));
const point = (bytes) => { const p = P.fromBytes(bytes); if (p.is0()) throw new Error('the identity'); return p; };
export const scalar = (bytes) => { const n = little(bytes); if (bytes.length !== 32 || n >= L) throw new Error('not a number below the order'); return n; };

export function schemaOf(file) {
  const tables = [{ name: 'kind', cells: ['cover', 'received', 'closed', 'sealed'] }, ...file.tables];
  const places = (t) => (t === 0 ? 16 : 256);
  const cellName = (t, i) => i < tables[t].cells.length ? tables[t].cells[i] : t > 0 && i === 224 ? 'national security' : t > 0 && i === 240 ? 'not counted' : `\u0000${i}`;
  const digits = 1 + 2 * (tables.length - 1);
  return {
    tables, places, cellName, digits,
    H: element('blinding'), R: element('reference'),
    G: tables.map((table, t) => Array.from({ length: places(t) }, (_, i) => element('cell', table.name, cellName(t, i)))),
    V: Array.from({ length: digits * 16 }, (_, i) => element('digit', String(i >> 4), String(i & 15))),
    digest: sha256(framed([VERSION, 'schema', ...tables.flatMap((table) => [String(table.cells.length), table.name, ...table.cells])])),
    firstDigit: (t) => (t === 0 ? 0 : 2 * t - 1),
  };
}

export function readLeaf(S, bytes) {
  const T = S.tables.length;
  const size = 1 + 4 + 32 * (T + 1 + 4 + S.digits + S.digits * 15 + 2 + T);
  if (bytes.length !== size) throw new Error(`a leaf of this schema has ${size} bytes`);
  if (bytes[0] !== 1) throw new Error('the form is not known');
  let at = 5;
  const take = () => bytes.slice((at += 32) - 32, at);
  const points = (n) => Array.from({ length: n }, () => point(take()));
  const scalars = (n) => Array.from({ length: n }, () => scalar(take()));
  const leaf = { period: Buffer.from(bytes).readInt32BE(1) };
  leaf.commitments = points(T);
  [leaf.reference] = points(1);
  [leaf.A, leaf.B, leaf.C, leaf.D] = points(4);
  leaf.coefficients = points(S.digits);
  leaf.f = scalars(S.digits * 15);
  [leaf.zA, leaf.zC] = scalars(2);
  leaf.z = scalars(T);
  return leaf;
}

export function leafFault(S, origin, index, period, leaf) {
  if (leaf.period !== period) return 'it is of another period';
  const transcript = new Transcript('leaf').add(origin).add(index).add(period).add(S.digest);
  for (const p of [...leaf.commitments, leaf.reference, leaf.A, leaf.B, leaf.C, leaf.D, ...leaf.coefficients]) transcript.add(p);
  const x = transcript.challenge();
  const f = [];
  for (let d = 0; d < S.digits; d++) {
    const rest = leaf.f.slice(d * 15, d * 15 + 15);
    f.push(mod(x - rest.reduce((a, b) => a + b, 0n)), ...rest);
  }
  for (let t = 1; t < S.tables.length; t++) {
    const high = (S.firstDigit(t) + 1) * 16, high1 = (S.firstDigit(1) + 1) * 16;
    if (mod(f[2] + f[high + 15]) !== x) return `it is not proven that it is counted in the table ${S.tables[t].name} exactly if it is closed`;
    if (f[high + 14] !== f[high1 + 14]) return `it is not proven that it is national security in the table ${S.tables[t].name} exactly if it is in ${S.tables[1].name}`;
  }
  const vector = (values, z) => total([...S.V, S.H], [...values, z]);
  const bad = 'its proof does not hold at this place';
  if (!times(x, leaf.B).add(leaf.A).equals(vector(f, leaf.zA))) return bad;
  if (!times(x, leaf.C).add(leaf.D).equals(vector(f.map((v) => mod(v * (x - v))), leaf.zC))) return bad;
  let k = 0;
  for (let t = 0; t < S.tables.length; t++) {
    const low = S.firstDigit(t) * 16, high = low + 16;
    let left = times(t === 0 ? x : x * x, leaf.commitments[t]).subtract(leaf.coefficients[k++]);
    if (t > 0) left = left.subtract(times(x, leaf.coefficients[k++]));
    const weights = S.G[t].map((_, i) => (t === 0 ? f[i] : f[low + (i & 15)] * f[high + (i >> 4)]));
    if (!left.equals(total([...S.G[t], S.H], [...weights, leaf.z[t]]))) return bad;
  }
  return null;
}

function rangeHolds(S, G, sum, cell, context) {
  const { least, most } = cell;
  if (least < 0 || least >= most) return false;
  const width = (BigInt(most) - BigInt(least)).toString(2).length;
  const bits = cell.bits.map((b) => point(unhex(b)));
  const answers = cell.answers.map((a) => a.map((n) => scalar(unhex(n))));
  const challenge = scalar(unhex(cell.challenge));
  if (bits.length !== 2 * (width - 1) || answers.length !== 2 * width) return false;
  const transcript = new Transcript('range').add(context).add(G).add(sum).add(least).add(most);
  for (const b of bits) transcript.add(b);
  const totals = [sum.subtract(times(BigInt(least), G)), times(BigInt(most), G).subtract(sum)];
  for (let side = 0; side < 2; side++) {
    const upper = bits.slice(side * (width - 1), (side + 1) * (width - 1));
    const rest = upper.reduce((r, b, i) => r.subtract(times(1n << BigInt(i + 1), b)), totals[side]);
    [rest, ...upper].forEach((b, i) => {
      const [part, zero, one] = answers[side * width + i];
      transcript.add(times(zero, S.H).subtract(times(part, b)));
      transcript.add(times(one, S.H).subtract(times(challenge - part, b.subtract(G))));
    });
  }
  return transcript.challenge() === challenge;
}

function openingFaults(S, origin, opening, sums) {
  const faults = [];
  if (opening.tables.length !== S.tables.length) return ['not all tables are opened'];
  opening.tables.forEach((table, t) => {
    const context = new Transcript('period').add(origin).add(opening.period).add(opening.from).add(opening.to).add(unhex(opening.root)).add(S.digest).add(t).digest();
    let rest = sums[t], before = -1;
    const end = new Transcript('sum').add(context);
    for (const cell of table.cells) {
      if (cell.place <= before || cell.place >= S.places(t) || cell.least < 0 || cell.most < cell.least) { faults.push(`${S.tables[t].name}: places come once, ascending, with numbers from 0`); break; }
      before = cell.place;
      const G = S.G[t][cell.place];
      end.add(cell.place).add(cell.least).add(cell.most);
      if (cell.sum) {
        const sum = point(unhex(cell.sum));
        if (!rangeHolds(S, G, sum, cell, context)) faults.push(`${S.tables[t].name}: ${S.cellName(t, cell.place)}: it is not proven that the number is from ${cell.least} to ${cell.most}`);
        rest = rest.subtract(sum);
        end.add(sum);
      } else {
        if (cell.least !== cell.most) faults.push(`${S.tables[t].name}: an interval without a proof`);
        rest = rest.subtract(times(BigInt(cell.least), G));
        end.add(P.ZERO);
      }
    }
    const challenge = scalar(unhex(table.challenge)), response = scalar(unhex(table.response));
    end.add(rest).add(times(response, S.H).subtract(times(challenge, rest)));
    if (end.challenge() !== challenge) faults.push(`${S.tables[t].name}: the numbers are not the sum of the leaves`);
  });
  return faults;
}

const schemas = new Map();
function schemaFor(file) {
  const names = JSON.stringify(file.tables);
  if (!schemas.has(names)) schemas.set(names, schemaOf(file));
  return schemas.get(names);
}

/** All faults of a tally in the shape of a file: tables, origin, leaves, openings. */
export function verify(file) {
  const S = schemaFor(file);
  const faults = [], seen = new Set(), periods = [];
  file.leaves.forEach(({ period, bytes }, index) => {
    if (!periods.length || periods.at(-1).period !== period) {
      if (periods.length && period !== periods.at(-1).period + 1) faults.push(`leaf ${index}: periods follow one another without a gap`);
      periods.push({ period, from: index, to: index, sums: S.tables.map(() => P.ZERO) });
    }
    const now = periods.at(-1);
    now.to = index + 1;
    let leaf;
    try { leaf = readLeaf(S, unhex(bytes)); } catch (e) { faults.push(`leaf ${index}: ${e.message}`); return; }
    for (const c of [...leaf.commitments, leaf.reference]) {
      const key = c.toHex();
      if (seen.has(key)) faults.push(`leaf ${index}: a commitment that was there before`);
      seen.add(key);
    }
    leaf.commitments.forEach((c, t) => (now.sums[t] = now.sums[t].add(c)));
    const fault = leafFault(S, file.origin, index, period, leaf);
    if (fault) faults.push(`leaf ${index}: ${fault}`);
  });
  const sums = { received: [0, 0], closed: [0, 0], sealed: [0, 0], given: [0, 0] };
  const plus = (sum, cell) => { sum[0] += cell.least; sum[1] += cell.most; };
  for (const [i, opening] of file.openings.entries()) {
    const name = `period ${opening.period}`, at = periods[i];
    if (!at || opening.period !== at.period || opening.from !== at.from || opening.to !== at.to) { faults.push(`${name}: the opening is of other leaves than the log's`); break; }
    faults.push(...openingFaults(S, file.origin, opening, at.sums).map((fault) => `${name}: ${fault}`));
    for (const cell of opening.tables[0].cells) {
      if (cell.place === 1) plus(sums.received, cell);
      else if (cell.place === 2) plus(sums.closed, cell);
      else if (cell.place === 3) plus(sums.sealed, cell);
      else if (cell.place > 3 && cell.most > 0) faults.push(`${name}: leaves of a kind that is not known`);
    }
    const { table, cells } = file.disclosed;
    const given = new Set([...cells.map((cell) => S.tables[table].cells.indexOf(cell)), 224]);
    for (const cell of opening.tables[table].cells) if (given.has(cell.place)) plus(sums.given, cell);
    if (sums.closed[0] > sums.received[1]) faults.push(`${name}: at least ${sums.closed[0]} demands were closed to date, and at most ${sums.received[1]} received`);
    const open = Math.max(0, sums.received[1] - sums.closed[0]);
    if (sums.sealed[0] > sums.given[1] + open) faults.push(`${name}: at least ${sums.sealed[0]} packages were sealed to date, and at most ${sums.given[1]} demands answered with data and ${open} open`);
  }
  return faults;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let bad = 0;
  for (const path of process.argv.slice(2)) {
    const faults = verify(JSON.parse(readFileSync(path, 'utf8')));
    bad += faults.length;
    if (process.argv.length > 3) console.log(`# ${path}`);
    console.log(faults.length ? faults.join('\n') : 'holds');
  }
  process.exit(bad ? 1 : 0);
}

// A second verifier of a whole tally with the openings beside its reports, from published files.
//   node tally.mjs TALLY VKEY [OPENING …]      prints "holds" and how much was verified, or a line for each fault; exits with 0 or 1
// That an opening says what its report says is for the reader of both; here is proven that it says what the leaves add up to.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpoint, leavesOf, same, verifier } from './check.mjs';
import { verify } from './verify.mjs';

const [folder, vkey, ...paths] = process.argv.slice(2);
try {
  const plan = JSON.parse(readFileSync(join(folder, 'plan'), 'utf8'));
  const T = plan.tables.length + 1, D = 1 + 2 * (T - 1);
  const by = verifier(vkey, `${vkey.split('+')[0]}/tally`);
  const under = checkpoint(readFileSync(join(folder, 'checkpoint'), 'utf8'), by);
  const { leaves, root } = leavesOf(folder, under.size, 5 + 32 * (2 * T + 7 + 16 * D));
  if (!same(root, under.root)) throw new Error('the leaves do not hash to the signed root');
  const openings = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')));
  const faults = verify({
    origin: by.name, tables: plan.tables, disclosed: plan.disclosed, openings,
    leaves: leaves.map((leaf) => ({ period: Buffer.from(leaf).readInt32BE(1), bytes: Buffer.from(leaf).toString('hex') })),
  });
  for (const { to, root: said } of openings) if (to === under.size && said !== Buffer.from(root).toString('hex')) faults.push(`the opening up to ${to} is under another root`);
  console.log(faults.length ? faults.join('\n') : `holds: ${leaves.length} leaves, ${openings.length} openings`);
  process.exit(faults.length ? 1 : 0);
} catch (e) {
  console.log(`no: ${e.message}`);
  process.exit(1);
}

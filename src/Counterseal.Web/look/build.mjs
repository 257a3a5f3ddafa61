// Makes what the pages serve: the stylesheets, each also mirrored for scripts that run from right to left, and the fonts they name.
//   node build.mjs OUTPUT-FOLDER
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import rtlcss from 'rtlcss';
import { compile } from 'sass';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, 'out');
const fonts = [
  ['source-sans-3', '400'], ['source-sans-3', '600'],
  ['source-serif-4', '400'], ['source-serif-4', '600'],
  ['source-code-pro', '400'],
];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

// Only woff2, which every browser of these years reads. "optional": what is not there in time comes with the next page, and nothing jumps.
let faces = '';
for (const [family, weight] of fonts) {
  const folder = join(here, 'node_modules', '@fontsource', family);
  const css = readFileSync(join(folder, `${weight}.css`), 'utf8');
  for (const [, block] of css.matchAll(/@font-face\s*{([^}]*)}/g)) {
    const file = block.match(/url\((\.\/files\/[^)]+\.woff2)\)/)[1];
    cpSync(join(folder, file), join(out, basename(file)));
    const range = block.match(/unicode-range:\s*([^;]+);/)[1];
    const name = block.match(/font-family:\s*([^;]+);/)[1];
    faces += `@font-face{font-family:${name};font-style:normal;font-weight:${weight};font-display:optional;src:url(${basename(file)}) format("woff2");unicode-range:${range}}`;
  }
}

for (const sheet of ['counterseal', 'figures']) {
  const { css } = compile(join(here, 'scss', `${sheet}.scss`), {
    style: 'compressed',
    charset: false,
    loadPaths: [join(here, 'node_modules')],
    quietDeps: true,
    silenceDeprecations: ['import', 'global-builtin', 'color-functions', 'if-function'],
  });
  const whole = (sheet === 'counterseal' ? faces : '') + css;
  writeFileSync(join(out, `${sheet}.css`), whole);
  writeFileSync(join(out, `${sheet}.rtl.css`), rtlcss.process(whole));
}

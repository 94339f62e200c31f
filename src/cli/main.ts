/** Entry point of `npm run -s lab -- ...`. Start reading at lab.ts. */
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LineEditor } from './io.ts';
import { runLab } from './lab.ts';

/** Write everything, however slowly the reader takes it, before the process ends. */
function write(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The reader has gone (`lab knobs | head`): nobody is left to tell.
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
    }
  }
}

/** Standard input; a prompt only for somebody who types. */
async function* lines(editor: LineEditor): AsyncGenerator<string> {
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const reader = createInterface({
    input: process.stdin,
    output: terminal ? process.stdout : undefined,
    terminal,
    completer: (line: string) => editor.complete(line),
  });
  const ask = () => {
    if (!terminal) return;
    reader.setPrompt(editor.prompt());
    reader.prompt();
  };
  // Ctrl-C gives the line up.
  reader.on('SIGINT', () => {
    write(1, '^C\n');
    reader.write(null, { ctrl: true, name: 'u' });
    ask();
  });
  ask();
  for await (const line of reader) {
    yield line;
    ask();
  }
}

process.exitCode = await runLab(process.argv.slice(2), {
  out: (text) => write(1, text),
  err: (text) => write(2, text),
  errIsTerminal: process.stderr.isTTY === true,
  lines,
  readFile: (path) => readFileSync(path, 'utf8'),
  writeFile: (path, bytes) => writeFileSync(path, bytes),
  now: () => performance.now(),
});

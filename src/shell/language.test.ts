import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lex } from './lexer.ts';
import { parseOptions } from './options.ts';
import { TestShell } from './shell.test-util.ts';
import { absolute, globExpression } from './tree/paths.ts';
import { posixExpression } from './commands/text.ts';

const shell = new TestShell();
const type = (line: string): string => shell.type(line);

describe('words', () => {
  it.each([
    ['echo a  b', 'a b\n'],
    ['echo \'a  b\' "c  d"', 'a  b c  d\n'],
    ['echo a\\ \\"b', 'a "b\n'],
    ['echo "a\\"b\\n"', 'a"b\\n\n'],
    ['echo a"b c"d', 'ab cd\n'],
    ['echo # nothing', '\n'],
    ['echo a#b', 'a#b\n'],
    ["echo ''", '\n'],
    ['echo $HOME ${USER} $NOTHING.', '/root root .\n'],
    ["echo '$HOME' \\$HOME", '$HOME $HOME\n'],
    ['echo $', '$\n'],
    ['echo $(echo a; echo b)', 'a b\n'],
    ['echo "$(echo a; echo b)"', 'a\nb\n'],
    ['echo `uname`', 'Linux\n'],
    ['echo $(echo $(echo deep))', 'deep\n'],
    ['echo -n x', 'x'],
  ])('%s', (line, printed) => {
    expect(type(line)).toBe(printed);
  });

  it('hold their text whatever it is, when quoted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        const quoted = `'${text.replaceAll("'", "'\\''")}'`;
        expect(type(`echo x${quoted}`)).toBe(`x${text}\n`);
      }),
    );
  });

  it('never make the lexer stumble', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab \'"\\$(){}|;&<>*?[]`#\n2') }), (text) => {
        let reply: string;
        try {
          lex(text);
          reply = 'fine';
        } catch (error) {
          reply = (error as Error).message;
        }
        expect(reply).toMatch(/^fine$|^bash: unexpected EOF/);
        expect(typeof type(text)).toBe('string');
      }),
    );
  });
});

describe('wildcards', () => {
  it.each([
    ['echo /pro*/ver*', '/proc/version\n'],
    [
      'echo /sys/devices/system/node/node?',
      '/sys/devices/system/node/node0 /sys/devices/system/node/node3\n',
    ],
    ['echo /sys/devices/system/cpu/cpu[48]', '/sys/devices/system/cpu/cpu4 /sys/devices/system/cpu/cpu8\n'],
    ['echo /sys/devices/system/cpu/cpu[!0-8]', '/sys/devices/system/cpu/cpu9\n'],
    ['echo *', 'dev proc root sys\n'],
    ['echo "*" \\*', '* *\n'],
    ['echo /no*thing', '/no*thing\n'],
    ['echo /p*"*"', '/p**\n'],
    ['cd /sys; echo k*/m*; cd /', 'kernel/mm\n'],
  ])('%s', (line, printed) => {
    expect(type(line)).toBe(printed);
  });

  it('stand for themselves where they are broken', () => {
    expect(globExpression('plain')).toBeNull();
    expect(globExpression('[z-a]')).toBeNull();
    expect(globExpression('a[b')!.test('a[b')).toBe(true);
    expect(type('echo [z-a] a[b')).toBe('[z-a] a[b\n');
  });
});

describe('operators', () => {
  it.each([
    ['echo a; echo b', 'a\nb\n'],
    ['true && echo yes || echo no', 'yes\n'],
    ['false && echo yes || echo no', 'no\n'],
    ['false; echo $?', '1\n'],
    [
      'nothing 2> /dev/null; echo $?',
      'bash: nothing: command not found\n# help lists the commands there are.\n127\n',
    ],
    ['cat /nothing 2> /dev/null; echo $?', '1\n'],
    ['cat /nothing 2>&1 | wc -l', '1\n'],
    ['cat /nothing &> /dev/null', ''],
    ['echo gone > /dev/null', ''],
    ['wc -w < /proc/version', '8\n'],
    ['echo b a c | tee /dev/null | wc -w', '3\n'],
    ['echo a\n\n echo b\n', 'a\nb\n'],
    ['echo a |\n cat', 'a\n'],
    ['', ''],
    ['  # only a remark', ''],
  ])('%s', (line, printed) => {
    expect(type(line)).toBe(printed);
  });

  it.each([
    ['| ls', "bash: syntax error near unexpected token `|'"],
    ['ls | | cat', "bash: syntax error near unexpected token `|'"],
    ['ls ;; ls', "bash: syntax error near unexpected token `;'"],
    [';', "bash: syntax error near unexpected token `;'"],
    ['ls |', 'bash: syntax error: unexpected end of file'],
    ['ls &&', 'bash: syntax error: unexpected end of file'],
    ['ls >', "bash: syntax error near unexpected token `newline'"],
    ['ls > | cat', "bash: syntax error near unexpected token `|'"],
    ['(ls)', "bash: syntax error near unexpected token `('"],
    ['echo "a', 'bash: unexpected EOF while looking for matching `"\''],
    ["echo 'a", "bash: unexpected EOF while looking for matching `''"],
    ['echo $(ls', "bash: unexpected EOF while looking for matching `)'"],
    ['ls &', "bash: `&': this shell runs nothing in the background"],
    ['for n in 0', 'bash: for: this shell has commands and pipes only (see help)'],
    ['n=3', 'bash: n=3: this shell has no variables of its own'],
  ])('%s: %s', (line, message) => {
    expect(type(line)).toBe(`${message}\n`);
    expect(shell.session.status).not.toBe(0);
  });
});

describe('files that cannot be used', () => {
  it.each([
    ['cat /x', 'cat: /x: No such file or directory'],
    ['cat /proc', 'cat: /proc: Is a directory'],
    ['cat /proc/version/x', 'cat: /proc/version/x: Not a directory'],
    ['ls /x', "ls: cannot access '/x': No such file or directory"],
    ['cd /x', 'bash: cd: /x: No such file or directory'],
    ['cd /proc/version', 'bash: cd: /proc/version: Not a directory'],
    ['cat < /x', 'bash: /x: No such file or directory'],
    ['echo 1 > /x/y', 'bash: /x/y: No such file or directory'],
    ['echo 1 > /x', 'bash: /x: Read-only file system'],
    ['echo 1 > /sys/kernel/mm/x', 'bash: /sys/kernel/mm/x: Permission denied'],
    ['echo 1 > /proc', 'bash: /proc: Is a directory'],
    ['echo 1 > /proc/*', 'bash: /proc/*: ambiguous redirect'],
    ['/proc/version', 'bash: /proc/version: Permission denied'],
    ['/proc', 'bash: /proc: Is a directory'],
    ['./nothing', 'bash: ./nothing: No such file or directory'],
    ['grep', 'Usage: grep [-EFHcinoqrvw] [-A N] [-B N] [-C N] PATTERN [FILE]...'],
    ['find /x', "find: '/x': No such file or directory"],
    ['cat', 'cat: there is nothing to read: name a file, or pipe into it'],
  ])('%s: %s', (line, message) => {
    expect(type(line)).toBe(`${message}\n`);
    expect(shell.session.status).not.toBe(0);
  });
});

it('an unknown command that is nearly one', () => {
  expect(type('numastad')).toBe(
    'bash: numastad: command not found\n# Did you mean numastat? help lists all commands.\n',
  );
  expect(shell.session.status).toBe(127);
});

it('the session goes along, and the one given stays as it was', () => {
  const before = shell.session;
  type('cd /sys/kernel');
  expect(before.cwd).toBe('/');
  expect(type('pwd; cd ..; pwd; cd -; cd; pwd')).toBe('/sys/kernel\n/sys\n/sys/kernel\n/root\n');
  type('cd /');
});

it('output has an end', () => {
  const many = Array.from({ length: 40 }, () => '/proc/*/*').join(' ');
  const printed = type(`cat ${many} 2> /dev/null`);
  expect(printed.length).toBeLessThan(201_000);
  expect(printed).toContain('The rest of the output is left out');
  expect(type('echo $(echo $(echo $(echo $(echo $(echo $(echo $(echo $(echo $(echo 9)))))))))')).toBe('9\n');
  const deep = Array.from({ length: 30 }).reduce<string>((line) => `echo $(${line})`, 'echo x');
  expect(type(deep)).toContain('substituted too deep');
});

describe('options', () => {
  it.each([
    [['-ab', 'x'], { flags: ['a', 'b'], values: {}, rest: ['x'] }],
    [['-n5', '-n', '6', '--', '-a'], { flags: [], values: { n: '6' }, rest: ['-a'] }],
    [['-an5', '-'], { flags: ['a'], values: { n: '5' }, rest: ['-'] }],
    [['--lines=3', '--all'], { flags: ['a'], values: { n: '3' }, rest: [] }],
    [['--lines', '3'], { flags: [], values: { n: '3' }, rest: [] }],
  ])('%j', (args, expected) => {
    const { flags, values, rest, problem } = parseOptions(args, 'abn:', ['lines=:n', 'all:a']);
    expect({ flags: [...flags], values: Object.fromEntries(values), rest }).toEqual(expected);
    expect(problem).toBe('');
  });

  it.each([
    [['-x'], "invalid option -- 'x'"],
    [['-n'], "option requires an argument -- 'n'"],
    [['--what'], "unrecognized option '--what'"],
    [['--lines'], "option '--lines' requires an argument"],
  ])('%j: %s', (args, problem) => {
    expect(parseOptions(args, 'abn:', ['lines=:n']).problem).toBe(problem);
  });
});

it('patterns of grep are POSIX ones', () => {
  const matches = (pattern: string, extended: boolean, text: string): boolean =>
    new RegExp(posixExpression(pattern, extended)).test(text);
  expect(matches('a+', false, 'a+')).toBe(true);
  expect(matches('a+', false, 'aa')).toBe(false);
  expect(matches('a\\+$', false, 'aa')).toBe(true);
  expect(matches('^(a|b)+$', true, 'abba')).toBe(true);
  expect(matches('one\\|two', false, 'two')).toBe(true);
  expect(matches('[[:digit:]]$', false, 'x7')).toBe(true);
  expect(matches('[]]', false, ']')).toBe(true);
  expect(matches('/proc', false, '/proc')).toBe(true);
});

it('absolute paths', () => {
  expect(absolute('/sys', 'kernel/../devices/.')).toBe('/sys/devices');
  expect(absolute('/sys', '/')).toBe('/');
  expect(absolute('/', '../..')).toBe('/');
});

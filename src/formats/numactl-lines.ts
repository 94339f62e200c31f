/** The lines of `numactl --hardware`, before anything is concluded from them. */
import { FormatError, quoteText } from './error.ts';

/** What the lines "node N ..." say; undefined is not said. Lines count from 1. */
export interface NumactlNode {
  id: number;
  /** First line about it. */
  line: number;
  cpus?: number[];
  /** MiB, rounded down; null for "<not available>". */
  memoryMb?: number | null;
}

export interface DistanceTable {
  line: number;
  columns: number[];
  rows: { id: number; line: number; values: number[] }[];
}

export interface NumactlText {
  /** First line that was understood. */
  start: number;
  available: { count: number; line: number } | null;
  nodes: NumactlNode[];
  distances: DistanceTable | null;
}

/** Highest CPU or node number that is believed. */
const MAX_ID = 65_535;

/** MiB of a unit. Fractions are exact or rounded down below. */
const UNITS: Record<string, number> = { k: 1 / 1024, m: 1, g: 1024, t: 1024 * 1024 };

/** A list of numbers that may go on in the next line. */
interface OpenList {
  numbers: number[];
  /** The last line ended in a digit, so that the next may continue a number that was cut in two. */
  cut: boolean;
  kind: 'cpus' | 'columns' | 'distances';
}

interface Reader extends NumactlText {
  open: OpenList | null;
}

/** One line without quote marks and indentation. */
interface Line {
  number: number;
  text: string;
  /** Began or ended with a space. */
  spaceBefore: boolean;
  spaceAfter: boolean;
}

/**
 * Read all lines. What comes before the first and after the last line of numactl's own (prompts, other output) is
 * skipped.
 * @throws FormatError
 */
export function readNumactlLines(text: string): NumactlText {
  const reader: Reader = { start: 0, available: null, nodes: [], distances: null, open: null };
  let stranger: Line | null = null;
  splitLines(text).forEach((line) => {
    if (line.text === '') return;
    if (/^(?:numa(?:ctl)?:? )?no numa (?:support )?available|numa is not available/i.test(line.text)) {
      throw new FormatError(
        'numactl found no NUMA on that machine, so there is nothing to read',
        line.number,
      );
    }
    if (!readLine(line, reader)) {
      if (reader.start > 0) stranger ??= line;
      return;
    }
    if (stranger !== null) {
      throw new FormatError(
        `expected a line of numactl --hardware, got ${quoteText(stranger.text)}`,
        stranger.number,
      );
    }
    if (reader.start === 0) reader.start = line.number;
  });
  const { start, available, nodes, distances } = reader;
  return { start: start === 0 ? 1 : start, available, nodes, distances };
}

function splitLines(text: string): Line[] {
  return text.split(/\r\n|\n|\r/).map((raw, index) => {
    // Byte order mark, spaces as web pages have them, marks of quotes and comments.
    const line = raw
      .replace(/^\uFEFF/, '')
      .replace(/\u00a0/g, ' ')
      .replace(/^(?:\s*[>#*|])+/, '');
    return {
      number: index + 1,
      text: line.trim(),
      spaceBefore: /^\s/.test(line),
      spaceAfter: /\s$/.test(line),
    };
  });
}

/** Take one line in; false if it is none of numactl's. */
function readLine(line: Line, reader: Reader): boolean {
  const { text } = line;
  const open = reader.open;
  if (open !== null && /^\d[\d\s,-]*$/.test(text)) {
    continueList(line, open);
    return true;
  }
  reader.open = null;
  const available = /^available:\s*(\d+)\s+nodes?\b/i.exec(text);
  if (available) {
    if (reader.available !== null)
      throw new FormatError('expected one "available" line, got a second', line.number);
    reader.available = { count: Number(available[1]), line: line.number };
    return true;
  }
  if (/^node distances:/i.test(text)) {
    if (reader.distances !== null)
      throw new FormatError('expected one distance table, got a second', line.number);
    reader.distances = { line: line.number, columns: [], rows: [] };
    return true;
  }
  // "No distance information available.", and the list of nodes when "available: ..." was wrapped before it.
  if (/^no distance information/i.test(text) || (reader.available !== null && /^\([\d\s,-]+\)$/.test(text)))
    return true;
  const node = /^node\s+(\d+)\s+([a-z]\w*)\s*:(.*)$/i.exec(text);
  if (node) {
    readNode(line, numberOf(node[1], line), node[2].toLowerCase(), node[3].trim(), reader);
    return true;
  }
  if (reader.distances !== null) return readDistances(line, reader.distances, reader);
  return false;
}

function readNode(line: Line, id: number, key: string, value: string, reader: Reader): void {
  if (key !== 'cpus' && key !== 'size' && key !== 'free') {
    throw new FormatError(
      `expected "node ${id} cpus:", "size:" or "free:", got ${quoteText(line.text)}`,
      line.number,
    );
  }
  let node = reader.nodes.find((n) => n.id === id);
  if (node === undefined) {
    node = { id, line: line.number };
    reader.nodes.push(node);
  }
  if (key === 'cpus') {
    if (node.cpus !== undefined)
      throw new FormatError(`expected "node ${id} cpus:" once, got it again`, line.number);
    node.cpus = /^[<(]?no(?:ne)?(?: cpus?)?[>)]?$/i.test(value) ? [] : numbersOf(value, line, 'CPU numbers');
    reader.open = { numbers: node.cpus, cut: endsCut(line), kind: 'cpus' };
  } else if (key === 'size') {
    if (node.memoryMb !== undefined)
      throw new FormatError(`expected "node ${id} size:" once, got it again`, line.number);
    node.memoryMb = sizeOf(value, line);
  }
  // What is free at the moment of the paste says nothing about the machine.
}

function readDistances(line: Line, table: DistanceTable, reader: Reader): boolean {
  const header = /^node\s+([\d\s]+)$/i.exec(line.text);
  if (header && table.rows.length === 0 && table.columns.length === 0) {
    table.columns = numbersOf(header[1], line, 'node numbers');
    reader.open = { numbers: table.columns, cut: endsCut(line), kind: 'columns' };
    return true;
  }
  const row = /^(\d+)\s*:(.*)$/.exec(line.text);
  if (!row) return false;
  const id = numberOf(row[1], line);
  if (table.columns.length === 0) {
    throw new FormatError(
      'expected a line "node 0 1 ..." before the rows of the distance table',
      line.number,
    );
  }
  if (table.rows.some((r) => r.id === id)) {
    throw new FormatError(`expected one row "${id}:", got a second`, line.number);
  }
  const values = numbersOf(row[2].trim(), line, 'distances');
  table.rows.push({ id, line: line.number, values });
  reader.open = { numbers: values, cut: endsCut(line), kind: 'distances' };
  return true;
}

/**
 * The line goes on with the list of the line before. A console wraps at its width, even inside a number: 10 1|1 12
 * can be 10 1 1 12 or 10 11 12. CPU numbers rise, which tells; elsewhere a console cut is not believed.
 */
function continueList(line: Line, open: OpenList): void {
  const more = numbersOf(line.text, line, open.kind === 'distances' ? 'distances' : 'numbers');
  const { numbers } = open;
  if (open.kind === 'cpus' && open.cut && !line.spaceBefore && numbers.length > 0) {
    const last = numbers[numbers.length - 1];
    // As it is written: the rest of 104 may be 04.
    const joined = Number(`${last}${/^\d+/.exec(line.text)![0]}`);
    const before = numbers.length > 1 ? numbers[numbers.length - 2] : -1;
    const next = more.length > 1 ? more[1] : Infinity;
    const fitsApart = last > before && more[0] > last && next > more[0];
    if (!fitsApart && joined > before && joined < next && joined <= MAX_ID) {
      numbers[numbers.length - 1] = joined;
      more.shift();
    }
  }
  numbers.push(...more);
  open.cut = endsCut(line);
}

function endsCut(line: Line): boolean {
  return !line.spaceAfter && /\d$/.test(line.text);
}

/** "0 1 2", "0,1,2" or "0-2" as numbers. */
function numbersOf(text: string, line: Line, what: string): number[] {
  const numbers: number[] = [];
  for (const item of text.split(/[\s,]+/)) {
    if (item === '') continue;
    const range = /^(\d+)(?:-(\d+))?$/.exec(item);
    if (!range) throw new FormatError(`expected ${what}, got ${quoteText(item)}`, line.number);
    const first = numberOf(range[1], line);
    const last = range[2] === undefined ? first : numberOf(range[2], line);
    if (last < first || numbers.length + last - first > MAX_ID) {
      throw new FormatError(`expected ${what}, got ${quoteText(item)}`, line.number);
    }
    for (let n = first; n <= last; n++) numbers.push(n);
  }
  return numbers;
}

function numberOf(digits: string, line: Line): number {
  const value = Number(digits);
  if (value > MAX_ID)
    throw new FormatError(`expected a number up to ${MAX_ID}, got ${quoteText(digits)}`, line.number);
  return value;
}

/** "8191 MB" in MiB, rounded down; null for "<not available>". */
function sizeOf(text: string, line: Line): number | null {
  if (/^<?not available>?$/i.test(text)) return null;
  const size = /^(\d{1,15}(?:\.\d{1,9})?)\s*([kmgt])i?b(?:ytes)?$/i.exec(text);
  if (!size) throw new FormatError(`expected a size such as "8192 MB", got ${quoteText(text)}`, line.number);
  return Math.floor(Number(size[1]) * UNITS[size[2].toLowerCase()]);
}

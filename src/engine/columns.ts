/** A column of numbers that grows, and that can be thinned to every second row. */

const FIRST_CAPACITY = 64;

export class Column {
  length = 0;
  private data = new Float64Array(FIRST_CAPACITY);

  push(value: number): void {
    if (this.length === this.data.length) {
      const grown = new Float64Array(this.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = value;
  }

  /** Become a copy of the first rows of another column. */
  take(from: Column, rows: number): this {
    this.length = Math.min(rows, from.length);
    this.data = from.data.slice(0, Math.max(FIRST_CAPACITY, this.length));
    return this;
  }

  at(row: number): number {
    return this.data[row];
  }

  /** Rows from `from` on as a plain array. */
  slice(from: number): number[] {
    return Array.from(this.data.subarray(Math.min(from, this.length), this.length));
  }

  /** Keep the second row of every two: what is a level or a total is as of its row. */
  keepSecond(): void {
    this.length >>= 1;
    for (let i = 0; i < this.length; i++) this.data[i] = this.data[2 * i + 1];
  }

  /** Make one row of every two: what is a rate over its row becomes the rate over both. */
  keepMean(): void {
    this.length >>= 1;
    for (let i = 0; i < this.length; i++) this.data[i] = (this.data[2 * i] + this.data[2 * i + 1]) / 2;
  }
}

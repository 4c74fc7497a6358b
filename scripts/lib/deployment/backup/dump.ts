/** Behind the value of what DUMP gives: a version of two bytes and a checksum of eight [cluster.c, createDumpPayload]. */
const FOOTER = 10;
const STRING = 0;

/** The count that a payload of Redis' DUMP holds; undefined where it holds anything but a number [rdb.h, rdb.c]. */
export function countOf(dump: Buffer): number | undefined {
  if (dump.length < FOOTER + 3 || dump[0] !== STRING) return undefined;
  const value = dump.subarray(1, -FOOTER);
  const read = INTEGERS[value[0]!];
  if (read) return value.length === read.bytes + 1 ? read.from(value) : undefined;
  // A length of less than 64, and so many characters.
  const text = value.subarray(1).toString("latin1");
  return value[0] === text.length && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Small numbers are not written in digits. */
const INTEGERS: Record<number, { bytes: number; from: (value: Buffer) => number }> = {
  0xc0: { bytes: 1, from: (value) => value.readInt8(1) },
  0xc1: { bytes: 2, from: (value) => value.readInt16LE(1) },
  0xc2: { bytes: 4, from: (value) => value.readInt32LE(1) },
};

/** The lines of several logs in the order of the time that each carries; one without stays with the line before it. */
export function inOrderOfTime(text: string): string {
  let time = "";
  const lines = text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      time = /\d{4}-\d\d-\d\dT[\d:.]+/.exec(line)?.[0] ?? time;
      return { time, line };
    });
  return lines
    .toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    .map(({ line }) => `${line}\n`)
    .join("");
}

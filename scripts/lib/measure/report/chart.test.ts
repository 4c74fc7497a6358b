import t from "tap";
import { chartSvg, roundUp } from "./chart.ts";

t.test("an axis ends at a round number that is not below what it shows", async (t) => {
  t.same([0, 0.7, 1, 3, 4.2, 87, 100, 1001].map(roundUp), [1, 0.8, 1, 4, 5, 100, 100, 2000]);
});

t.test("every point is inside the picture, and names are text", async (t) => {
  const points = [0, 5, 10].map((x) => ({ x, y: x * 123 }));
  const svg = chartSvg({ title: "a < b", x: "s", series: [{ name: "<p99>", look: "one", points }] });
  const path = /class="one" d="(M[^"]*L[^"]*)"/.exec(svg)?.[1] ?? "";
  const numbers = [...path.matchAll(/[\d.]+/g)].map(Number);
  t.equal(numbers.length, 6);
  t.ok(numbers.every((number, index) => number >= 0 && number <= (index % 2 === 0 ? 720 : 260)));
  t.match(svg, "&lt;p99&gt;");
  t.match(svg, 'aria-label="a &lt; b"');
});

t.test("marks are upright lines with their text, and an axis ends where it is told", async (t) => {
  const points = [
    { x: 0, y: 1 },
    { x: 30, y: 1 },
  ];
  const marks = [{ x: 30, name: "scaling to 4" }];
  const shown = { title: "a", x: "s", series: [], marks, right: 60, width: 480 };
  const svg = chartSvg({ ...shown, series: [{ name: "b", look: "one", points }] });
  t.match(svg, /viewBox="0 0 480 /);
  const [, at, end] = /class="mark" d="M([\d.]+) .*scaling to 4.*class="one" d="M64.0 [\d.]+L([\d.]+) /.exec(
    svg,
  )!;
  t.equal(at, end, "above the point at the same time");
  t.equal(Number(at), 64 + (480 - 64 - 16) / 2);
});
